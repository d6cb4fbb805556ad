import { expect, test } from "vitest";
import { trialFacts } from "../../testdata/trial.ts";
import { budgetPools, budgetTeams } from "./budget-names.ts";

test("a limit for a team or pool that is not there is reported at its key, with the nearest name", () => {
  const facts = trialFacts((spoilt) => {
    spoilt.budget.teams = { assistants: {}, asistants: {} };
    spoilt.budget.pools = { workshp: {}, inference: {} };
  });
  expect([...budgetTeams(facts), ...budgetPools(facts)]).toEqual([
    {
      path: ["budget", "teams", "asistants"],
      atKey: true,
      got: '"asistants"',
      expected: "the name of a team: platform or assistants",
      nearest: "assistants",
    },
    {
      path: ["budget", "pools", "workshp"],
      atKey: true,
      got: '"workshp"',
      expected: "the name of a pool: operations, inference or workshop",
      nearest: "workshop",
    },
  ]);
});

test("a budget without parts has nothing to report", () => {
  expect([...budgetTeams(trialFacts()), ...budgetPools(trialFacts())]).toEqual([]);
});
