import { bad, boundary, changed, exampleRow, good, unknown } from "../example.ts";
import { UNKNOWN } from "../row.ts";
import { demand, noParameters, resourceRule } from "../resource-rule.ts";
import { below, isTrue, itemsOf, placeIn } from "../values.ts";

const TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate";
const FLAG = "blockDeviceMappings[0].ebs.deleteOnTermination";
const template = exampleRow(TEMPLATE, "burst-template", {
  blockDeviceMappings: [{ deviceName: "/dev/sda1", ebs: { volumeSize: 200, deleteOnTermination: "true" } }],
});

export const disksEndWithNode = resourceRule({
  id: "cost/disks-end-with-node",
  title: "Disks of burst nodes end with the node",
  why:
    "A node that scales up and down leaves a disk behind each time unless it is told not to. Nobody looks for " +
    "them, each is billed by the month, and each still holds what the node had on it.",
  severity: "medium",
  level: "mandatory",
  config: noParameters,
  unknown: "fail",
  fix: "Set deleteOnTermination of every disk; what has to stay belongs in object storage.",
  source: "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/preserving-volumes-on-termination.html",
  types: [TEMPLATE],
  examples: [
    good("a disk that is deleted", template),
    bad("a disk that stays", changed(template, FLAG, "false"), FLAG),
    boundary("nothing said, which keeps added disks", changed(template, FLAG, undefined), FLAG),
    boundary(
      "a device that is not a disk of EBS",
      changed(template, "blockDeviceMappings[0]", { deviceName: "/dev/sdb", virtualName: "ephemeral0" }),
    ),
    unknown("a flag that `up` decides", changed(template, FLAG, UNKNOWN), FLAG),
  ],

  *inspect(row) {
    for (const mapping of itemsOf(placeIn(row, "blockDeviceMappings"))) {
      const disk = below(mapping, "ebs");
      if (disk.value === undefined) continue;
      yield* demand(below(disk, "deleteOnTermination"), {
        isMet: isTrue,
        limit: "true",
        message: `A disk of ${row.name} stays, and is billed, after its node is gone.`,
      });
    }
  },
});
