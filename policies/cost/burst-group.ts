import { exampleRow } from "../example.ts";

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

/** Path of the mix of spot and on-demand within it. */
export const DISTRIBUTION = "mixedInstancesPolicy.instancesDistribution";
