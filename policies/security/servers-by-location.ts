import { bad, boundary, changed, exampleRow, good, unknown } from "../example.ts";
import { noParameters, resourceRule } from "../resource-rule.ts";
import { UNKNOWN } from "../row.ts";
import { placeIn, shown } from "../values.ts";

const TYPES = ["hcloud:index/server:Server", "hcloud:index/primaryIp:PrimaryIp"];
const server = exampleRow(TYPES[0] ?? "", "node", { location: "fsn1" });

export const serversByLocation = resourceRule({
  id: "security/servers-by-location",
  title: "Hetzner resources are placed by location, never by data centre",
  why:
    "Hetzner takes the argument `datacenter` out of its API. A server that was created with it is replaced, or " +
    "can not be created any more, on the day when it is needed most.",
  severity: "medium",
  level: "mandatory",
  config: noParameters,
  unknown: "fail",
  fix: "Set `location` and leave `datacenter` out.",
  source: "https://docs.hetzner.cloud/changelog",
  types: TYPES,
  examples: [
    good("a location", server),
    bad("a data centre", changed(changed(server, "location", undefined), "datacenter", "fsn1-dc14"), "datacenter"),
    boundary("both", changed(server, "datacenter", "fsn1-dc14"), "datacenter"),
    unknown("a data centre that `up` decides", changed(server, "datacenter", UNKNOWN), "datacenter"),
  ],

  *inspect(row) {
    const { path, value } = placeIn(row, "datacenter");
    if (value === undefined) return;
    yield {
      path,
      message: `${row.name} is placed by an argument that Hetzner takes away.`,
      value: shown(value),
      limit: "a location only",
    };
  },
});
