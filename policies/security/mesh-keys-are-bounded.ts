import { z } from "zod";
import { bad, boundary, changed, exampleRow, good, unknown } from "../example.ts";
import { demand, resourceRule } from "../resource-rule.ts";
import { UNKNOWN } from "../row.ts";
import { asList, isTrue, placeIn } from "../values.ts";

const KEY = "tailscale:index/tailnetKey:TailnetKey";

const config = z.strictObject({
  maximumSeconds: z
    .int()
    .positive()
    .default(3600)
    .meta({ description: "How long a key may be used to join, at most." }),
  maximumReusableSeconds: z.int().positive().default(86_400).meta({ description: "The same for a reusable key." }),
});

const key = exampleRow(KEY, "node-1-join-key", {
  reusable: false,
  ephemeral: false,
  preauthorized: true,
  expiry: 3600,
  tags: ["tag:server"],
});
const reusable = changed(changed(key, "reusable", true), "ephemeral", true);

export const meshKeysAreBounded = resourceRule({
  id: "security/mesh-keys-are-bounded",
  title: "Mesh keys are tagged, expire within the hour and are reusable only for nodes that vanish",
  why:
    "A join key is a way into the mesh for whoever reads it. A tag bounds what it may reach, an hour bounds how " +
    "long it is worth stealing, and a device without a tag belongs to a person and leaves with them.",
  severity: "high",
  level: "mandatory",
  config,
  unknown: "fail",
  fix: "Set tags, an expiry of at most 3600 seconds and reusable to false; a reusable key needs ephemeral.",
  source: "https://tailscale.com/kb/1085/auth-keys; https://tailscale.com/kb/1068/tags",
  types: [KEY],
  examples: [
    good("single use, one hour, tagged", key),
    bad("no tag", changed(key, "tags", []), "tags"),
    bad("a reusable key for nodes that stay", changed(reusable, "ephemeral", false), "ephemeral"),
    boundary("one second more than an hour", changed(key, "expiry", 3601), "expiry"),
    boundary("a reusable ephemeral key for a day", changed(reusable, "expiry", 86_400)),
    boundary("nothing said of expiry, which is 90 days", changed(key, "expiry", undefined), "expiry"),
    unknown("an expiry that `up` decides", changed(key, "expiry", UNKNOWN), "expiry"),
  ],

  *inspect(row, { config: { maximumSeconds, maximumReusableSeconds } }) {
    const isReusable = isTrue(row.inputs["reusable"]);
    const maximum = isReusable ? maximumReusableSeconds : maximumSeconds;
    yield* demand(placeIn(row, "tags"), {
      isMet: (value) => asList(value).length > 0,
      limit: "at least one tag",
      message: `Nodes that join with ${row.name} belong to a person instead of a role.`,
    });
    yield* demand(placeIn(row, "expiry"), {
      isMet: (value) => typeof value === "number" && value <= maximum,
      limit: `at most ${maximum} seconds`,
      message: `${row.name} lets somebody join for longer than a first boot takes.`,
    });
    if (!isReusable) return;
    yield* demand(placeIn(row, "ephemeral"), {
      isMet: isTrue,
      limit: "true for a reusable key",
      message: `Nodes that join with ${row.name} again and again stay in the mesh after they are gone.`,
    });
  },
});
