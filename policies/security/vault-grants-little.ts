import { bad, boundary, exampleRow, good, unknown } from "../example.ts";
import { noParameters, resourceRule, undecided } from "../resource-rule.ts";
import { UNKNOWN, type Row } from "../row.ts";
import { asText, placeIn } from "../values.ts";

const POLICY = "vault:index/policy:Policy";

const policy = (path: string, ...capabilities: readonly string[]): Row =>
  exampleRow(POLICY, "api", {
    name: "api",
    policy: `path "${path}" {\n  capabilities = ${JSON.stringify(capabilities)}\n}\n`,
  });
const OWN = "splitfleet/kv/data/example/api/database";

export const vaultGrantsLittle = resourceRule({
  id: "security/vault-grants-little",
  title: "A Vault policy names what it grants, and never sudo",
  why:
    "A workload that may read one path can lose one secret. A star over a mount hands out every team's, and sudo " +
    "the right to change the audit log that would show it.",
  severity: "critical",
  level: "mandatory",
  config: noParameters,
  unknown: "fail",
  fix: "Write the path of each secret out; administration uses a break-glass policy that is not kept in the program.",
  source: "https://developer.hashicorp.com/vault/docs/concepts/policies",
  types: [POLICY],
  examples: [
    good("reading one secret", policy(OWN, "read")),
    bad("sudo", policy(OWN, "read", "sudo"), "policy"),
    bad("everything", policy("*", "read"), "policy"),
    bad("system administration", policy("sys/auth/*", "create"), "policy"),
    boundary("everything below one's own path", policy("splitfleet/kv/data/example/api/*", "read")),
    boundary("everything below a mount", policy("splitfleet/kv/data/*", "read"), "policy"),
    boundary("any one name within one's own path", policy("splitfleet/kv/data/example/+/database", "read"), "policy"),
    unknown("a policy that `up` decides", exampleRow(POLICY, "later", { policy: UNKNOWN }), "policy"),
  ],

  *inspect(row) {
    const place = placeIn(row, "policy");
    const limit = "paths of its own, without sudo";
    if (place.value === UNKNOWN) return yield undecided(place, limit);
    for (const { path, capabilities } of stanzas(asText(place.value) ?? "")) {
      const fault = (what: string, value: string) => ({
        path: place.path,
        message: `${row.name} ${what}.`,
        value,
        limit,
      });
      if (capabilities.includes("sudo")) yield fault(`grants sudo on ${path}`, "sudo");
      else if (isWide(path)) yield fault(`grants ${capabilities.join(", ")} on ${path}`, path);
    }
  },
});

interface Stanza {
  readonly path: string;
  readonly capabilities: readonly string[];
}

/** The `path "…" { capabilities = […] }` blocks of a policy in HCL. */
function stanzas(policy: string): readonly Stanza[] {
  return [...policy.matchAll(/path\s+"([^"]*)"\s*\{([^}]*)\}/g)].map(([, path = "", body = ""]) => ({
    path,
    capabilities: [...(/capabilities\s*=\s*\[([^\]]*)\]/.exec(body)?.[1] ?? "").matchAll(/"(\w+)"/g)].map(
      ([, name = ""]) => name,
    ),
  }));
}

/** Parts that a path with a star has to name: mount, `data`, environment and owner. */
const OWN_PARTS = 5;

const isWide = (path: string): boolean =>
  path.split("/").includes("+") ||
  (path.includes("*") &&
    (path.startsWith("sys/") || path.slice(0, path.indexOf("*")).split("/").length - 1 < OWN_PARTS));
