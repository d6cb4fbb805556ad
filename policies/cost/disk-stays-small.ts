import { bad, boundary, changed, exampleRow, good, unknown } from "../example.ts";
import { demand, noParameters, resourceRule } from "../resource-rule.ts";
import { UNKNOWN } from "../row.ts";
import { isTrue, placeIn } from "../values.ts";

const SERVER = "hcloud:index/server:Server";
const server = exampleRow(SERVER, "node", { serverType: "cpx42", keepDisk: true });

export const diskStaysSmall = resourceRule({
  id: "cost/disk-stays-small",
  title: "A larger Hetzner server keeps its disk, so that it can shrink again",
  why:
    "Hetzner lets a server change to a smaller type only while its disk is no larger than that type's. A resize " +
    "that grows the disk can not be undone without a new server.",
  severity: "low",
  level: "advisory",
  config: noParameters,
  unknown: "ignore",
  fix: "Set keepDisk; data that outgrows the disk belongs on a volume.",
  source: "https://docs.hetzner.cloud/reference/cloud#server-actions",
  types: [SERVER],
  examples: [
    good("the disk is kept", server),
    bad("the disk grows with the type", changed(server, "keepDisk", false), "keepDisk"),
    boundary("nothing said, which lets it grow", changed(server, "keepDisk", undefined), "keepDisk"),
    unknown("a flag that `up` decides", changed(server, "keepDisk", UNKNOWN), "keepDisk"),
  ],

  *inspect(row) {
    yield* demand(placeIn(row, "keepDisk"), {
      isMet: isTrue,
      limit: "true",
      message: `${row.name} can not go back to a smaller type once it was larger.`,
    });
  },
});
