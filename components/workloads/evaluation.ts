import { z } from "zod";
import { credential, defineWorkload } from "./contract.ts";
import { dataSet } from "./fine-tuning/settings.ts";
import { registryEnvironment, reportEnvironment } from "./python/environment.ts";
import { PYTHON_FOLDER, pythonFiles } from "./python/sources.ts";
import { s3Environment } from "./s3/client.ts";

/** Puts a versioned set of cases to candidate and champion, and makes the better one champion. Results are in S3. */
export const evaluation = defineWorkload({
  kind: "evaluation",
  layer: "inference",
  summary: "Monthly evaluation of candidate and champion on a versioned set of cases, and the gate between them",
  memory: "256 MiB, at most 512, for a run.",
  runtimes: ["kubernetes", "compose"],
  ports: {},
  needs: {
    proxy: { kind: "litellm", port: "api" },
    store: { kind: ["seaweedfs", "object-storage"], port: "s3" },
    registry: { kind: "mlflow", port: "http" },
    metrics: { kind: "prometheus", port: "api", optional: true },
  },
  reports: ["evaluation_score", "evaluation_cases", "evaluation_unanswered_cases", "evaluation_promoted"],
  alerts: [
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
  ],
  panels: [
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
  ],
  spec: {
    model: z.string().meta({ description: "Name of the model in the registry." }),
    data: dataSet.meta({
      description:
        "Cases: lines of JSON with `id`, `messages`, `check` (exact, contains, pattern, json) and `expected`.",
    }),
    cases: z.int().min(1).default(1000).meta({ description: "A set with fewer is refused." }),
    schedule: z.string().default("0 4 1 * *").meta({ description: "Five cron fields, in UTC." }),
    bucket: z.string().default("models").meta({ description: "Takes results and the gate's decisions." }),
    parallel: z.int().min(1).max(64).default(8).meta({ description: "Cases asked at once." }),
    timeoutSeconds: z.number().positive().default(120).meta({ description: "For one answer." }),
    unansweredShare: z.number().min(0).max(1).default(0.02).meta({ description: "With more, a run says nothing." }),
    promotes: z.boolean().default(true).meta({ description: "Whether the gate moves the alias `champion` by itself." }),
    minimumScore: z.number().min(0).max(1).default(0.7).meta({ description: "Share of cases that a champion passes." }),
    minimumGain: z
      .number()
      .min(-1)
      .max(1)
      .default(0)
      .meta({ description: "By how much a candidate must be better than the champion." }),
    deadlineHours: z.number().positive().max(24).default(6),
  },
  example: { model: "assistant", data: { key: "assistant/cases.jsonl" } },
  build: ({ schedule, deadlineHours, ...settings }, context) => {
    const { proxy, store, registry, metrics } = context.needs;
    return {
      form: "scheduled",
      schedule,
      deadlineSeconds: Math.round(deadlineHours * 3600),
      retries: 1,
      container: {
        image: context.image("python"),
        command: ["python3", `${PYTHON_FOLDER}/evaluate.py`],
        env: {
          ...s3Environment(store),
          ...registryEnvironment(registry),
          ...reportEnvironment(context, metrics),
          PROXY_URL: proxy.url,
          PROXY_KEY: credential(proxy, "key"),
          SETTINGS: JSON.stringify(settings),
          PYTHONDONTWRITEBYTECODE: "1",
        },
        cpu: { request: 0.2 },
        memoryMiB: { request: 256, limit: 512 },
        user: 10001,
      },
      files: pythonFiles(
        "python/s3.py",
        "python/model_registry.py",
        "python/telemetry.py",
        "evaluation/evaluate.py",
        "evaluation/promote.py",
      ),
    };
  },
});
