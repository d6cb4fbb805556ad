import { z } from "zod";
import { BURST_GROUP, GROUP } from "../cost/burst-group.ts";
import { bad, boundary, changed, good, unknown } from "../example.ts";
import { resourceRule } from "../resource-rule.ts";
import { UNKNOWN } from "../row.ts";
import { exceeds } from "./data-class.ts";

const config = z.strictObject({
  ceiling: z
    .enum(["public", "internal", "confidential"])
    .default("internal")
    .meta({ description: "The most sensitive class that nodes of a burst group may hold." }),
});

const holding = (dataClass: string) => ({ ...BURST_GROUP, labels: { ...BURST_GROUP.labels, "data-class": dataClass } });

export const spotHoldsNothingSensitive = resourceRule({
  id: "privacy/spot-holds-nothing-sensitive",
  title: "Spot capacity holds neither confidential nor personal data",
  why:
    "A spot node is taken away with two minutes' notice, so neither its disk can be erased nor the erasure " +
    "shown, and the next one stands in whichever zone is cheap.",
  severity: "high",
  level: "mandatory",
  config,
  unknown: "ignore",
  fix: "Lower the pool's dataClass, and run workloads above it on Hetzner or on-prem.",
  source: "GDPR Articles 17, 25 and 32",
  types: [GROUP],
  examples: [
    good("internal data", BURST_GROUP),
    bad("personal data", holding("personal"), "tags"),
    boundary("confidential data", holding("confidential"), "tags"),
    boundary("no class, which may be any", { ...BURST_GROUP, labels: {} }, "tags"),
    unknown("tags that `up` decides", changed({ ...BURST_GROUP, labels: {} }, "tags", UNKNOWN), "tags"),
  ],

  *inspect(row, { config: { ceiling } }) {
    const held = row.labels["data-class"];
    if (held !== undefined && !exceeds(held, ceiling)) return;
    yield {
      path: "tags",
      message: `${row.name} is interrupted at any time and may hold ${held ?? "any"} data.`,
      value: row.inputs["tags"] === UNKNOWN ? UNKNOWN : (held ?? "nothing"),
      limit: `at most ${ceiling}`,
    };
  },
});
