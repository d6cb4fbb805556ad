import { bad, boundary, changed, exampleRow, good, unknown } from "../example.ts";
import { POD, WORKLOAD } from "../example-workload.ts";
import { podOf, POD_TYPES } from "../pods.ts";
import { noParameters, undecided } from "../resource-rule.ts";
import { UNKNOWN, type Row } from "../row.ts";
import type { Rule } from "../rule.ts";
import { asText, below, itemsOf, placeIn, shown } from "../values.ts";
import type { z } from "zod";

const FLAG = `${POD}.automountServiceAccountToken`;
const BINDINGS = [
  "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding",
  "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding",
];

const asking = changed(changed(WORKLOAD, FLAG, true), `${POD}.serviceAccountName`, "api");
const binding = exampleRow(BINDINGS[0] ?? "", "binding", {
  roleRef: { kind: "ClusterRole", name: "watcher" },
  subjects: [{ kind: "ServiceAccount", name: "api", namespace: "team-example" }],
});
const SUBJECT = "subjects[0]";

export const podsHoldNoApiToken: Rule<z.output<typeof noParameters>> = {
  id: "security/pods-hold-no-api-token",
  title: "Only pods whose account has a role hold a token for the Kubernetes API",
  why:
    "Kubernetes puts one into every pod that does not object. It is a login to the API from inside the cluster, " +
    "lying in a file that every tool of an intruder looks for first.",
  severity: "medium",
  level: "mandatory",
  scope: "environment",
  config: noParameters,
  unknown: "fail",
  fix: "Set automountServiceAccountToken of the pod to false, or state in `clusterAccess` what the workload asks for.",
  source: "CIS Kubernetes Benchmark 5.1.6",
  examples: [
    good("ruled out", WORKLOAD),
    good("asked for by an account with a role", [asking, binding]),
    bad("asked for", changed(WORKLOAD, FLAG, true), FLAG),
    boundary("nothing said, which mounts it", changed(WORKLOAD, FLAG, undefined), FLAG),
    boundary("a role for another account", [asking, changed(binding, `${SUBJECT}.name`, "worker")], FLAG),
    boundary(
      "a role for an account of another namespace",
      [asking, changed(binding, `${SUBJECT}.namespace`, "b")],
      FLAG,
    ),
    boundary("a role for a user of that name", [asking, changed(binding, `${SUBJECT}.kind`, "User")], FLAG),
    unknown("a flag that `up` decides", changed(WORKLOAD, FLAG, UNKNOWN), FLAG),
  ],

  *check(rows) {
    const accounts = new Set(rows.filter(({ type }) => BINDINGS.includes(type)).flatMap(accountsIn));
    for (const row of rows) {
      if (!POD_TYPES.includes(row.type)) continue;
      const place = below(podOf(row), "automountServiceAccountToken");
      const account = below(podOf(row), "serviceAccountName");
      if (place.value === false || accounts.has(key(placeIn(row, "metadata", "namespace").value, account.value)))
        continue;
      const limit = "false";
      if (place.value === UNKNOWN) yield { urn: row.urn, ...undecided(place, limit) };
      else {
        const message = `Every container of ${row.name} finds a token for the API.`;
        yield { urn: row.urn, path: place.path, message, value: shown(place.value), limit };
      }
    }
  },
};

const key = (namespace: Row["inputs"][string] | undefined, name: Row["inputs"][string] | undefined): string =>
  `${asText(namespace) ?? ""}/${asText(name) ?? ""}`;

/** Service accounts that a binding gives a role. */
const accountsIn = (row: Row): string[] =>
  itemsOf(placeIn(row, "subjects"))
    .filter((subject) => below(subject, "kind").value === "ServiceAccount")
    .map((subject) => key(below(subject, "namespace").value, below(subject, "name").value));
