import { bad, boundary, changed, exampleRow, good, unknown } from "../example.ts";
import { demand, noParameters, resourceRule } from "../resource-rule.ts";
import { UNKNOWN, type Row } from "../row.ts";
import { below, isTrue, itemsOf, placeIn, type Place } from "../values.ts";
import { INSTANCE, LAUNCH_TEMPLATE } from "./user-data.ts";

const VOLUME = "aws:ebs/volume:Volume";
const FLAG = "blockDeviceMappings[0].ebs.encrypted";
const template = exampleRow(LAUNCH_TEMPLATE, "burst-template", {
  blockDeviceMappings: [{ deviceName: "/dev/sda1", ebs: { volumeSize: 200, encrypted: "true" } }],
});

export const volumesAreEncrypted = resourceRule({
  id: "security/volumes-are-encrypted",
  title: "Disks at AWS are encrypted",
  why:
    "A node's disk holds model weights, prompts in swap and the cluster's credentials. Encryption at rest costs " +
    "nothing and can not be switched on for a disk that exists.",
  severity: "high",
  level: "mandatory",
  config: noParameters,
  unknown: "fail",
  fix: "Set encrypted on the volume, or on each disk of the launch template.",
  source: "AWS Foundational Security Best Practices EC2.3 and EC2.7",
  types: [LAUNCH_TEMPLATE, INSTANCE, VOLUME],
  examples: [
    good("an encrypted root disk", template),
    bad("a plain root disk", changed(template, FLAG, "false"), FLAG),
    bad("a plain volume", exampleRow(VOLUME, "data", { size: 10, encrypted: false }), "encrypted"),
    boundary(
      "a template that leaves the root disk to the image",
      changed(template, "blockDeviceMappings", undefined),
      "blockDeviceMappings",
    ),
    boundary("nothing said of a disk", changed(template, FLAG, undefined), FLAG),
    unknown("a flag that `up` decides", changed(template, FLAG, UNKNOWN), FLAG),
  ],

  *inspect(row) {
    for (const place of flagsOf(row)) {
      yield* demand(place, { isMet: isTrue, limit: "true", message: `A disk of ${row.name} is not encrypted.` });
    }
  },
});

/** Where each disk says whether it is encrypted. */
function flagsOf(row: Row): readonly Place[] {
  if (row.type === VOLUME) return [placeIn(row, "encrypted")];
  if (row.type === INSTANCE) {
    return [
      below(placeIn(row, "rootBlockDevice"), "encrypted"),
      ...itemsOf(placeIn(row, "ebsBlockDevices")).map((disk) => below(disk, "encrypted")),
    ];
  }
  const mappings = placeIn(row, "blockDeviceMappings");
  if (mappings.value === undefined) return [mappings];
  return itemsOf(mappings).flatMap((mapping) => {
    const disk = below(mapping, "ebs");
    return disk.value === undefined ? [] : [below(disk, "encrypted")];
  });
}
