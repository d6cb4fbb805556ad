import { expect, test } from "vitest";
import { trialFacts } from "../../testdata/trial.ts";
import { usageTokens, usageTraffic } from "./usage-names.ts";

const tokens = {
  requestsPerMonth: 1,
  promptTokens: 1,
  completionTokens: 1,
  cacheHitShare: 0,
  cachedPromptShare: 0,
  batchedShare: 0,
  batchDiscount: 0,
};

test("stated use names models, sites and teams that there are", () => {
  const facts = trialFacts((spoilt) => {
    spoilt.usage.tokens["chat"] = { ...tokens, model: "smal", team: "asistants" };
    spoilt.usage.tokens["notes"] = { ...tokens, model: "small", team: "assistants" };
    spoilt.usage.traffic["backups"] = { from: "nuremburg", to: "workshp", team: "plattform", gigabytesPerMonth: 1 };
    spoilt.usage.traffic["web"] = { from: "nuremberg", to: "internet", team: "platform", gigabytesPerMonth: 1 };
  });
  expect([...usageTokens(facts), ...usageTraffic(facts)].map(({ path, nearest }) => [path.join("."), nearest])).toEqual(
    [
      ["usage.tokens.chat.model", "small"],
      ["usage.tokens.chat.team", "assistants"],
      ["usage.traffic.backups.from", "nuremberg"],
      ["usage.traffic.backups.to", "workshop"],
      ["usage.traffic.backups.team", "platform"],
    ],
  );
});

test("a route leads elsewhere", () => {
  const facts = trialFacts((spoilt) => {
    spoilt.usage.traffic["loop"] = { from: "workshop", to: "workshop", team: "platform", gigabytesPerMonth: 1 };
  });
  expect([...usageTraffic(facts)]).toEqual([
    { path: ["usage", "traffic", "loop", "to"], got: '"workshop", where the route starts', expected: "another place" },
  ]);
});
