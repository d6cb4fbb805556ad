import { z } from "zod";
import { bad, boundary, exampleRow, good, unknown } from "../example.ts";
import { resourceRule, undecided } from "../resource-rule.ts";
import { UNKNOWN, type Value } from "../row.ts";
import { asList, asObject, asText, placeIn } from "../values.ts";

const POOL = "splitfleet:compute:OnpremPool";

const config = z.strictObject({});

const pool = (states: Value, more: Readonly<Record<string, Value>> = {}) =>
  exampleRow(POOL, "plant", { states, spares: 0, withoutRoom: [], ...more });

export const ownedNodesWork = resourceRule({
  id: "cost/owned-nodes-work",
  title: "Owned machines that are paid for work",
  why:
    "A machine that is lost goes on depreciating without any capacity, and one that nobody enrolled yet is capacity " +
    "on paper only: queues and quotas that count it hold work that can not start.",
  severity: "medium",
  level: "advisory",
  config,
  unknown: "ignore",
  fix: "Enroll the node: `npm run enroll -- <environment> <node>`; or take it out of the pool.",
  source: "https://sre.google/sre-book/managing-critical-state/",
  types: [POOL],
  examples: [
    good("every node enrolled", pool({ a: "enrolled", b: "enrolled" })),
    bad("a lost node", pool({ a: "enrolled", b: "lost" }), "states.b"),
    boundary("a node that is declared, which plan counts and `up` does not", pool({ a: "declared" }), "states.a"),
    boundary(
      "pods that the working nodes have no room for",
      pool({ a: "enrolled", b: "lost" }, { spares: 1, leadTimeDays: 30, withoutRoom: ["vllm"] }),
      ["states.b", "withoutRoom"],
    ),
    unknown("states that `up` decides", pool(UNKNOWN), "states"),
  ],

  *inspect(row) {
    const states = placeIn(row, "states");
    if (states.value === UNKNOWN) return yield undecided(states, "enrolled");
    for (const [id, value] of Object.entries(asObject(states.value) ?? {})) {
      const state = asText(value);
      if (state !== "lost" && state !== "declared") continue;
      const message =
        state === "lost"
          ? `Node ${id} of ${row.name} is lost: it costs its depreciation and has no capacity. ${replacement(row.inputs)}`
          : `Node ${id} of ${row.name} is declared and not enrolled: the plan counts it, \`up\` does not.`;
      yield { path: `states.${id}`, message, value: state, limit: "enrolled" };
    }
    const homeless = asList(placeIn(row, "withoutRoom").value).map(String);
    if (homeless.length === 0) return;
    yield {
      path: "withoutRoom",
      message: `The nodes of ${row.name} that work today have no room for ${homeless.join(", ")}.`,
      value: homeless.join(", "),
      limit: "room for every pod on enrolled nodes",
    };
  },
});

/** What can take its place, and when. */
function replacement({ spares, leadTimeDays }: Readonly<Record<string, Value>>): string {
  if (typeof spares === "number" && spares > 0) return "A spare can take its place.";
  if (typeof leadTimeDays !== "number") return "There is no spare.";
  return `There is no spare, and another machine takes ${leadTimeDays} days.`;
}
