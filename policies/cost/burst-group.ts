import { changed, exampleRow } from "../example.ts";
import type { Row } from "../row.ts";
import { asList, asObject } from "../values.ts";

export const GROUP = "aws:autoscaling/group:Group";

/** A burst pool's group that no rule finds fault with; examples change one thing in it. */
export const BURST_GROUP = exampleRow(
  GROUP,
  "burst-group",
  {
    minSize: 0,
    maxSize: 2,
    vpcZoneIdentifiers: ["subnet-a", "subnet-b"],
    tags: [{ key: "k8s.io/cluster-autoscaler/enabled", value: "true", propagateAtLaunch: false }],
    mixedInstancesPolicy: {
      instancesDistribution: {
        onDemandBaseCapacity: 0,
        onDemandPercentageAboveBaseCapacity: 0,
        spotMaxPrice: "35.3357",
      },
      launchTemplate: { overrides: [{ instanceType: "p5.48xlarge" }, { instanceType: "p5en.48xlarge" }] },
    },
  },
  { labels: { environment: "example", team: "platform", pool: "burst", "data-class": "internal" } },
);

/** A group whose instances a Capacity Block has paid for: it buys nothing on any market. */
export const isBought = ({ inputs }: Row): boolean =>
  inputs["mixedInstancesPolicy"] === undefined &&
  asList(inputs["tags"]).some((tag) => {
    const { key, value } = asObject(tag) ?? {};
    return key === "splitfleet/market" && value === "capacity-block";
  });

/** Such a group. */
export const BOUGHT_GROUP = changed(changed(BURST_GROUP, "mixedInstancesPolicy", undefined), "tags", [
  { key: "splitfleet/market", value: "capacity-block", propagateAtLaunch: true },
]);

/** Path of the mix of spot and on-demand within it. */
export const DISTRIBUTION = "mixedInstancesPolicy.instancesDistribution";
