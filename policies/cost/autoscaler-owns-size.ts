import { bad, boundary, changed, good, unknown } from "../example.ts";
import { UNKNOWN } from "../row.ts";
import { noParameters, resourceRule } from "../resource-rule.ts";
import { asList, asObject, asText, placeIn, shown } from "../values.ts";
import { BURST_GROUP, GROUP } from "./burst-group.ts";

const MARK = "k8s.io/cluster-autoscaler/";

export const autoscalerOwnsSize = resourceRule({
  id: "cost/autoscaler-owns-size",
  title: "The desired size of an autoscaled group is left to the autoscaler",
  why:
    "A desiredCapacity in the program is put back by every `up`: it ends nodes that are at work, or starts some " +
    "that nobody asked for and that cost tens of euros an hour.",
  severity: "high",
  level: "mandatory",
  config: noParameters,
  unknown: "fail",
  fix: "Remove desiredCapacity; minSize and maxSize bound what the autoscaler decides.",
  source: "https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/cloudprovider/aws/README.md",
  types: [GROUP],
  examples: [
    good("bounds only", BURST_GROUP),
    bad("a desired size of 2", changed(BURST_GROUP, "desiredCapacity", 2), "desiredCapacity"),
    boundary("a desired size of 0", changed(BURST_GROUP, "desiredCapacity", 0), "desiredCapacity"),
    boundary("a group that no autoscaler owns", changed(changed(BURST_GROUP, "desiredCapacity", 2), "tags", [])),
    unknown("a desired size that `up` decides", changed(BURST_GROUP, "desiredCapacity", UNKNOWN), "desiredCapacity"),
  ],

  *inspect(row) {
    const { path, value } = placeIn(row, "desiredCapacity");
    const isOwned = asList(row.inputs["tags"]).some((tag) => asText(asObject(tag)?.["key"])?.startsWith(MARK) === true);
    if (!isOwned || value === undefined || value === null) return;
    yield {
      path,
      message: `${row.name} belongs to the cluster autoscaler, and every \`up\` would set its size.`,
      value: value === UNKNOWN ? UNKNOWN : shown(value),
      limit: "no desired size",
    };
  },
});
