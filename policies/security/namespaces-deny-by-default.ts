import { bad, boundary, changed, exampleRow, good, unknown } from "../example.ts";
import { noParameters } from "../resource-rule.ts";
import { UNKNOWN, type Row } from "../row.ts";
import type { Rule } from "../rule.ts";
import { asList, asObject, asText, below, itemsOf, placeIn } from "../values.ts";
import { NETWORK_POLICY, networkPolicy } from "./network-policies.ts";
import type { z } from "zod";

const NAMESPACE = "kubernetes:core/v1:Namespace";
const namespace = exampleRow(NAMESPACE, "team-example", { metadata: { name: "team-example" } });
const deny = networkPolicy({ podSelector: {}, policyTypes: ["Ingress", "Egress"] });

export const namespacesDenyByDefault: Rule<z.output<typeof noParameters>> = {
  id: "security/namespaces-deny-by-default",
  title: "Pods of a namespace reach nothing, and nothing reaches them, unless a policy says so",
  why:
    "Kubernetes lets every pod talk to every other. One taken-over pod then reaches the databases of all teams; " +
    "with a default of nothing it reaches what its workload has declared.",
  severity: "high",
  level: "mandatory",
  scope: "environment",
  config: noParameters,
  unknown: "fail",
  fix: "Give the namespace a NetworkPolicy with an empty podSelector, both policyTypes and no ingress rule.",
  source: "CIS Kubernetes Benchmark 5.3.2; NSA and CISA, Kubernetes Hardening Guide, section 3",
  examples: [
    good("a policy for all pods, both ways", [namespace, deny]),
    bad("no policy", namespace, "metadata.name"),
    boundary(
      "a policy for some pods",
      [namespace, changed(deny, "spec.podSelector", { matchLabels: { app: "api" } })],
      "metadata.name",
    ),
    boundary("one direction only", [namespace, changed(deny, "spec.policyTypes", ["Ingress"])], "metadata.name"),
    boundary(
      "a policy of another namespace",
      [namespace, changed(deny, "metadata.namespace", "team-other")],
      "metadata.name",
    ),
    boundary("look-ups of names let out", [
      namespace,
      changed(deny, "spec.egress", [{ to: [{ namespaceSelector: {} }], ports: [{ port: 53 }] }]),
    ]),
    boundary("everything let out again", [namespace, changed(deny, "spec.egress", [{}])], "metadata.name"),
    unknown("a policy that `up` decides", [namespace, changed(deny, "spec", UNKNOWN)], "metadata.name"),
  ],

  *check(rows) {
    const policies = rows.filter(({ type }) => type === NETWORK_POLICY);
    for (const row of rows) {
      if (row.type !== NAMESPACE) continue;
      const { path, value } = placeIn(row, "metadata", "name");
      const name = asText(value);
      const own = policies.filter((policy) => placeIn(policy, "metadata", "namespace").value === name);
      const missing = ["Ingress", "Egress"].filter((direction) => !own.some((policy) => denies(policy, direction)));
      if (missing.length === 0) continue;
      const isUndecided = own.some((policy) => policy.inputs["spec"] === UNKNOWN);
      yield {
        urn: row.urn,
        path,
        message: `Nothing denies ${missing.join(" and ").toLowerCase()} in namespace ${name ?? row.name} by default.`,
        value: isUndecided ? UNKNOWN : `open: ${missing.join(", ").toLowerCase()}`,
        limit: "a policy for all pods that denies both directions",
      };
    }
  },
};

/** Whether a policy selects all pods of its namespace and lets nothing pass unnamed. */
function denies(policy: Row, direction: string): boolean {
  const selector = asObject(placeIn(policy, "spec", "podSelector").value);
  const isForAll = selector !== undefined && Object.keys(selector).length === 0;
  const isForDirection = asList(placeIn(policy, "spec", "policyTypes").value).includes(direction);
  const rules = itemsOf(placeIn(policy, "spec", direction.toLowerCase()));
  const peers = direction === "Ingress" ? "from" : "to";
  return isForAll && isForDirection && rules.every((rule) => asList(below(rule, peers).value).length > 0);
}
