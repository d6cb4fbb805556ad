import { bad, boundary, changed, good, unknown } from "../example.ts";
import { UNKNOWN } from "../row.ts";
import { demand, noParameters, resourceRule } from "../resource-rule.ts";
import { placeIn } from "../values.ts";
import { hasGpu, instanceTypes } from "../instance-types.ts";
import { BURST_GROUP, GROUP } from "./burst-group.ts";

const OVERRIDES = "mixedInstancesPolicy.launchTemplate.overrides";

export const gpuScalesToZero = resourceRule({
  id: "cost/gpu-scales-to-zero",
  title: "Rented GPU pools scale to zero",
  why:
    "One p5 node that idles costs more in a day than the fleet's Hetzner servers in two months. Standing GPU " +
    "capacity is cheaper on-prem; what is rented by the second should exist while there is work.",
  severity: "high",
  level: "advisory",
  config: noParameters,
  unknown: "warn",
  fix: "Set the pool's minimum to 0, or move standing work to an owned pool.",
  source: "https://www.finops.org/framework/capabilities/workload-optimization/",
  types: [GROUP],
  examples: [
    good("a GPU pool from zero", BURST_GROUP),
    bad("two GPU nodes that stay", changed(BURST_GROUP, "minSize", 2), "minSize"),
    boundary("one GPU node that stays", changed(BURST_GROUP, "minSize", 1), "minSize"),
    boundary(
      "one node without a GPU",
      changed(changed(BURST_GROUP, "minSize", 1), OVERRIDES, [{ instanceType: "c7i.large" }]),
    ),
    unknown("a minimum that `up` decides", changed(BURST_GROUP, "minSize", UNKNOWN), "minSize"),
  ],

  *inspect(row) {
    if (!instanceTypes(row).some(hasGpu)) return;
    yield* demand(placeIn(row, "minSize"), {
      isMet: (value) => Number(value ?? 0) === 0,
      limit: "0",
      message: `${row.name} keeps GPU nodes when there is nothing to do.`,
    });
  },
});
