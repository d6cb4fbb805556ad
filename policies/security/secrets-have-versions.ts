import { bad, boundary, changed, exampleRow, good, unknown } from "../example.ts";
import { demand, noParameters, resourceRule } from "../resource-rule.ts";
import { UNKNOWN } from "../row.ts";
import { asText, placeIn } from "../values.ts";

const MOUNT = "vault:index/mount:Mount";
const mount = exampleRow(MOUNT, "kv", { path: "splitfleet/kv", type: "kv", options: { version: "2" } });

export const secretsHaveVersions = resourceRule({
  id: "security/secrets-have-versions",
  title: "Vault keeps earlier versions of a secret",
  why:
    "A rotation that went wrong is undone by going back one version. The first version of the engine overwrites, " +
    "and what was there before is in nobody's memory.",
  severity: "medium",
  level: "mandatory",
  config: noParameters,
  unknown: "fail",
  fix: 'Set `options: { version: "2" }` on the mount, or use the type kv-v2.',
  source: "https://developer.hashicorp.com/vault/docs/secrets/kv/kv-v2",
  types: [MOUNT],
  examples: [
    good("the second version", mount),
    bad("the first version", changed(mount, "options.version", "1"), "options.version"),
    boundary("nothing said, which is the first", changed(mount, "options", undefined), "options.version"),
    boundary("the type that is the second version", changed(changed(mount, "options", undefined), "type", "kv-v2")),
    boundary("an engine without versions", changed(changed(mount, "options", undefined), "type", "transit")),
    unknown("a version that `up` decides", changed(mount, "options", UNKNOWN), "options.version"),
  ],

  *inspect(row) {
    if (row.inputs["type"] !== "kv") return;
    yield* demand(placeIn(row, "options", "version"), {
      isMet: (value) => asText(value) === "2",
      limit: "2",
      message: `${row.name} overwrites a secret instead of adding a version.`,
    });
  },
});
