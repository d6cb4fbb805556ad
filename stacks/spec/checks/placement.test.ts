import { expect, test } from "vitest";
import { hetznerPool, trialFacts } from "../../testdata/trial.ts";
import { modelData, workloadData, workloadNodes } from "./placement.ts";

test("models need nodes without operations", () => {
  const facts = trialFacts((spoilt) => Object.assign(hetznerPool(spoilt, "inference"), { role: "operations" }));
  expect([...workloadNodes(facts)].map(({ path, got }) => [path.join("."), got])).toEqual([
    ["workloads.ollama.pool", "inference, a pool of role operations"],
  ]);
});

test("data of the pool's own class may be placed, of the next one not", () => {
  const of = (dataClass: "confidential" | "personal") => [
    ...workloadData(trialFacts((facts) => void Object.assign(facts.workloads["litellm"] ?? {}, { dataClass }))),
  ];
  expect(of("confidential")).toEqual([]);
  expect(of("personal")).toEqual([
    {
      path: ["workloads", "litellm", "dataClass"],
      got: "personal data on pool inference, which may hold confidential data at most",
      expected: "confidential data or less, or a pool that may hold personal data",
    },
  ]);
});

test("a model takes no prompts above its pool, nor above the workload that serves it", () => {
  const model = (dataClass: "confidential" | "personal", workload: "internal" | "confidential") =>
    [
      ...modelData(
        trialFacts((facts) => {
          Object.assign(facts.models["small"] ?? {}, { dataClass });
          Object.assign(facts.workloads["ollama"] ?? {}, { dataClass: workload });
        }),
      ),
    ].map(({ got }) => got);
  expect(model("confidential", "confidential")).toEqual([]);
  expect(model("confidential", "internal")).toEqual([
    "confidential prompts in workload ollama, which handles internal data at most",
  ]);
  expect(model("personal", "confidential")).toEqual([
    "personal prompts on pool inference (workload ollama), which may hold confidential data at most",
  ]);
});
