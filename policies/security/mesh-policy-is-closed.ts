import { bad, boundary, exampleRow, good, unknown } from "../example.ts";
import { parseHujson } from "./hujson.ts";
import { noParameters, resourceRule, undecided } from "../resource-rule.ts";
import { UNKNOWN, type Row, type Value } from "../row.ts";
import { asList, asObject, asText, placeIn } from "../values.ts";

const ACL = "tailscale:index/acl:Acl";

const acl = (document: Value): Row => exampleRow(ACL, "policy", { acl: JSON.stringify(document) });
const GRANT = { src: ["tag:server"], dst: ["tag:vault"], ip: ["tcp:8200"] };

export const meshPolicyIsClosed = resourceRule({
  id: "security/mesh-policy-is-closed",
  title: "The mesh's policy names who reaches what",
  why:
    "A policy file without grants lets every device reach every other, and so does a star on both sides. The " +
    "mesh is then one flat network with the laptops of everybody in it.",
  severity: "critical",
  level: "mandatory",
  config: noParameters,
  unknown: "fail",
  fix: "Write grants from tag to tag with their ports, and leave overwriteExistingContent out.",
  source:
    "https://tailscale.com/kb/1337/policy-syntax; " +
    "https://github.com/tailscale/terraform-provider-tailscale/issues/182",
  types: [ACL],
  examples: [
    good("servers reach Vault on its port", acl({ grants: [GRANT] })),
    good(
      "with comments, as people write it",
      exampleRow(ACL, "policy", { acl: `// why\n${JSON.stringify({ grants: [GRANT] })}` }),
    ),
    bad("everybody reaches everything", acl({ grants: [{ src: ["*"], dst: ["*"], ip: ["*"] }] }), "acl"),
    bad("the older form of it", acl({ acls: [{ action: "accept", src: ["*"], dst: ["*:*"] }] }), "acl"),
    bad("neither grants nor acls, which is open", acl({ tagOwners: {} }), "acl"),
    boundary("no grant at all, which is closed", acl({ grants: [] })),
    boundary("everybody reaches one tag", acl({ grants: [{ ...GRANT, src: ["*"] }] })),
    boundary(
      "a file that takes away what is there",
      {
        ...acl({ grants: [GRANT] }),
        inputs: { acl: JSON.stringify({ grants: [GRANT] }), overwriteExistingContent: true },
      },
      "overwriteExistingContent",
    ),
    unknown("a policy that `up` decides", exampleRow(ACL, "policy", { acl: UNKNOWN }), "acl"),
  ],

  *inspect(row) {
    const place = placeIn(row, "acl");
    const limit = "grants from tag to tag";
    if (row.inputs["overwriteExistingContent"] === true) {
      yield {
        path: "overwriteExistingContent",
        message: `${row.name} replaces a policy that somebody else may keep.`,
        value: "true",
        limit: "false",
      };
    }
    if (place.value === UNKNOWN) return yield undecided(place, limit);
    const document = asObject(parsed(asText(place.value) ?? ""));
    const fault = (message: string, value: string) => ({ path: place.path, message, value, limit });
    if (document === undefined) return yield fault(`The policy of ${row.name} is not a JSON document.`, "not JSON");
    if (document["grants"] === undefined && document["acls"] === undefined) {
      return yield fault(`${row.name} has neither grants nor acls, so every device reaches every other.`, "nothing");
    }
    for (const grant of [...asList(document["grants"]), ...asList(document["acls"])]) {
      const [sources, targets] = [asList(asObject(grant)?.["src"]), asList(asObject(grant)?.["dst"])];
      const isOpen = sources.includes("*") && targets.some((target) => target === "*" || target === "*:*");
      if (isOpen) yield fault(`${row.name} lets every device reach every other.`, "* to *");
    }
  },
});

function parsed(text: string): Value | undefined {
  try {
    return parseHujson(text);
  } catch {
    return undefined; // The rule says that it is not JSON.
  }
}
