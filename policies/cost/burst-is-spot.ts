import { bad, boundary, changed, good, unknown } from "../example.ts";
import { UNKNOWN } from "../row.ts";
import { demand, noParameters, resourceRule } from "../resource-rule.ts";
import { placeIn } from "../values.ts";
import { BOUGHT_GROUP, BURST_GROUP, DISTRIBUTION, GROUP, isBought } from "./burst-group.ts";

/** What AWS takes if the argument is left out: every node above the base at the on-demand price. */
const DEFAULTS = { onDemandBaseCapacity: 0, onDemandPercentageAboveBaseCapacity: 100 } as const;
const [PERCENTAGE, BASE] = [
  `${DISTRIBUTION}.onDemandPercentageAboveBaseCapacity`,
  `${DISTRIBUTION}.onDemandBaseCapacity`,
];

export const burstIsSpot = resourceRule({
  id: "cost/burst-is-spot",
  title: "Burst groups buy spot capacity only",
  why:
    "A burst node runs work that can be interrupted. The same node on demand costs several times as much, and a " +
    "group that falls back to it does so without anybody deciding it.",
  severity: "high",
  level: "mandatory",
  config: noParameters,
  unknown: "fail",
  fix:
    "Set onDemandBaseCapacity and onDemandPercentageAboveBaseCapacity to 0; what must not be interrupted is an " +
    "owned pool.",
  source: "https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-mixed-instances-groups.html",
  types: [GROUP],
  examples: [
    good("instances that a Capacity Block has paid for", BOUGHT_GROUP),
    good("a base of 0 and 0 % on demand above it", BURST_GROUP),
    good("the base left out, which is 0", changed(BURST_GROUP, BASE, undefined)),
    bad("the share left out, which is 100 %", changed(BURST_GROUP, PERCENTAGE, undefined), PERCENTAGE),
    boundary("1 % on demand", changed(BURST_GROUP, PERCENTAGE, 1), PERCENTAGE),
    boundary("a base of one node", changed(BURST_GROUP, BASE, 1), BASE),
    unknown("a share that `up` decides", changed(BURST_GROUP, PERCENTAGE, UNKNOWN), PERCENTAGE),
  ],

  *inspect(row) {
    if (isBought(row)) return;
    for (const [argument, preset] of Object.entries(DEFAULTS)) {
      yield* demand(placeIn(row, "mixedInstancesPolicy", "instancesDistribution", argument), {
        isMet: (value) => Number(value ?? preset) === 0,
        limit: "0",
        message: `${row.name} buys nodes on demand.`,
      });
    }
  },
});
