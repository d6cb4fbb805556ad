import { bad, boundary, changed, exampleRow, good, unknown } from "../example.ts";
import { demand, noParameters, resourceRule } from "../resource-rule.ts";
import { UNKNOWN } from "../row.ts";
import { asList, placeIn } from "../values.ts";

const POD_ROLE = "vault:kubernetes/authBackendRole:AuthBackendRole";
const NODE_ROLE = "vault:aws/authBackendRole:AuthBackendRole";

/** What says who may log in, by type of role. */
const BOUND: Readonly<Record<string, readonly string[]>> = {
  [POD_ROLE]: ["boundServiceAccountNames", "boundServiceAccountNamespaces"],
  [NODE_ROLE]: ["boundIamPrincipalArns"],
};

const role = exampleRow(POD_ROLE, "api", {
  boundServiceAccountNames: ["api"],
  boundServiceAccountNamespaces: ["team-example"],
});
const nodes = exampleRow(NODE_ROLE, "burst", { boundIamPrincipalArns: ["arn:aws:iam::123456789012:role/burst"] });

export const vaultLoginsAreBound = resourceRule({
  id: "security/vault-logins-are-bound",
  title: "A Vault role says by name who may log in with it",
  why:
    "A role that any service account or any principal may take gives its secrets to whoever can start a pod. The " +
    "star is the one character that makes every policy behind it pointless.",
  severity: "critical",
  level: "mandatory",
  config: noParameters,
  unknown: "ignore",
  fix: "Name the service account and its namespace, or the instance role by ARN.",
  source:
    "https://developer.hashicorp.com/vault/docs/auth/kubernetes; https://developer.hashicorp.com/vault/docs/auth/aws",
  types: Object.keys(BOUND),
  examples: [
    good("one service account of one namespace", role),
    good("one role of nodes", nodes),
    bad("any service account", changed(role, "boundServiceAccountNames", ["*"]), "boundServiceAccountNames"),
    bad("nobody named", changed(nodes, "boundIamPrincipalArns", undefined), "boundIamPrincipalArns"),
    boundary(
      "any namespace beside a named one",
      changed(role, "boundServiceAccountNamespaces", ["team-example", "*"]),
      "boundServiceAccountNamespaces",
    ),
    boundary(
      "every role of the account",
      changed(nodes, "boundIamPrincipalArns", ["arn:aws:iam::123456789012:*"]),
      "boundIamPrincipalArns",
    ),
    boundary("a role that does not exist yet", changed(nodes, "boundIamPrincipalArns", [UNKNOWN])),
    unknown("principals that `up` decides", changed(nodes, "boundIamPrincipalArns", UNKNOWN), "boundIamPrincipalArns"),
  ],

  *inspect(row) {
    for (const property of BOUND[row.type] ?? []) {
      yield* demand(placeIn(row, property), {
        isMet: (value) =>
          asList(value).length > 0 && !asList(value).some((name) => typeof name === "string" && name.includes("*")),
        limit: "names without a star",
        message: `Others than its workload may log in with ${row.name}.`,
      });
    }
  },
});
