import { bad, boundary, changed, good, secret, unknown } from "../example.ts";
import { noParameters, resourceRule } from "../resource-rule.ts";
import { UNKNOWN } from "../row.ts";
import { isTrue, shown } from "../values.ts";
import { NODE_TYPES, nodeExample, ofNode, secretNodeExample } from "./node-config.ts";

export const secretsAreEncryptedAtRest = resourceRule({
  id: "security/secrets-are-encrypted-at-rest",
  title: "The cluster encrypts secrets in its database from the first start",
  why:
    "Without it every Secret lies in etcd, and in every snapshot of it, as base64. A cluster that has started " +
    "without it needs each server restarted and each secret written again.",
  severity: "high",
  level: "mandatory",
  config: noParameters,
  unknown: "ignore",
  fix: "Set `secrets-encryption` in the k3s configuration of every server.",
  source: "https://docs.k3s.io/security/secrets-encryption",
  types: NODE_TYPES,
  examples: [
    good("a server that encrypts", nodeExample()),
    bad("a server that does not", nodeExample("secrets-encryption: true", "secrets-encryption: false"), "userData"),
    boundary("a server that does not say", nodeExample("secrets-encryption: true\n", ""), "userData"),
    boundary("an agent, which has no database", nodeExample("secrets-encryption: true\n", "", "agent")),
    unknown("user data that `up` decides", changed(nodeExample(), "userData", UNKNOWN), "userData"),
    secret(
      "user data that is secret",
      secretNodeExample("secrets-encryption: true", "secrets-encryption: false"),
      "userData",
    ),
  ],

  *inspect(row) {
    yield* ofNode(row, "server", function* (k3s) {
      const value = k3s["secrets-encryption"];
      if (isTrue(value)) return;
      yield {
        message: `${row.name} keeps the cluster's secrets unencrypted.`,
        value: shown(value),
        limit: "`secrets-encryption` is true",
      };
    });
  },
});
