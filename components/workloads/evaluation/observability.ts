import type { Alert, Panel } from "../contract.ts";

export const ALERTS: readonly Alert[] = [
  {
    name: "ChampionWorse",
    expression:
      'last_over_time(evaluation_score{alias="champion"}[1d])' +
      ' < max_over_time(evaluation_score{alias="champion"}[35d]) - 0.05',
    forMinutes: 5,
    severity: "ticket",
    summary: "The model in use answers fewer of its cases than it once did, by more than five in a hundred",
    runbook: [
      "Compare the two results below `evaluations/` in the bucket: each names the cases that failed.",
      "If the cases changed, set `data.sha256` of the entry and evaluate anew.",
      "If a base model or the proxy changed, set the change back; else tune anew.",
    ],
  },
  {
    name: "CandidateRefused",
    expression: "last_over_time(evaluation_promoted[1d]) == 0",
    forMinutes: 5,
    severity: "ticket",
    summary: "The gate refused a candidate: tuning made the model no better",
    runbook: [
      "Read the reason: the tag `refused` of the version, and its file below `promotions/` in the bucket.",
      "Look at the cases that it failed and the champion passed, and at the examples that it learned from.",
    ],
  },
];

export const PANELS: readonly Panel[] = [
  {
    title: "Cases passed",
    expression: "last_over_time(evaluation_score[35d])",
    unit: "percentunit",
  },
  {
    title: "Cases without an answer",
    expression: "last_over_time(evaluation_unanswered_cases[35d])",
    unit: "short",
  },
];
