import { z } from "zod";
import { bad, boundary, changed, exampleRow, good, unknown } from "../example.ts";
import { resourceRule, undecided } from "../resource-rule.ts";
import { UNKNOWN } from "../row.ts";
import { asList, below, itemsOf, placeIn } from "../values.ts";

const ROLES = ["kubernetes:rbac.authorization.k8s.io/v1:Role", "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole"];

const config = z.strictObject({
  secretReaders: z
    .array(z.string())
    .default([])
    .meta({ description: "Names of roles that may read secrets: those of named operators." }),
});

const role = exampleRow(ROLES[0] ?? "", "watcher", {
  rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["get", "list"] }],
});
const RULE = "rules[0]";

export const noWildcardRbac = resourceRule({
  id: "security/no-wildcard-rbac",
  title: "Kubernetes roles name what they allow, and secrets only for named operators",
  why:
    "A star in a role also allows what the next version of Kubernetes adds. Who may list secrets has all of " +
    "them, and who may impersonate, bind or escalate has the cluster.",
  severity: "high",
  level: "mandatory",
  config,
  unknown: "fail",
  fix: "Write groups, resources and verbs out; let workloads take secrets from Vault instead of from the API.",
  source: "CIS Kubernetes Benchmark 5.1.2 and 5.1.3; https://kubernetes.io/docs/concepts/security/rbac-good-practices/",
  types: ROLES,
  examples: [
    good("reading pods", role),
    bad("any verb", changed(role, `${RULE}.verbs`, ["*"]), `${RULE}.verbs`),
    bad("any resource", changed(role, `${RULE}.resources`, ["*"]), `${RULE}.resources`),
    bad("binding roles", changed(role, `${RULE}.verbs`, ["bind"]), `${RULE}.verbs`),
    boundary("listing secrets", changed(role, `${RULE}.resources`, ["secrets"]), `${RULE}.resources`),
    boundary("creating secrets", changed(changed(role, `${RULE}.resources`, ["secrets"]), `${RULE}.verbs`, ["create"])),
    boundary("an operator that may", changed(role, `${RULE}.resources`, ["secrets"]), [], {
      settings: { secretReaders: ["watcher"] },
    }),
    unknown("verbs that `up` decides", changed(role, `${RULE}.verbs`, UNKNOWN), `${RULE}.verbs`),
  ],

  *inspect(row, { config: { secretReaders } }) {
    for (const rule of itemsOf(placeIn(row, "rules"))) {
      const [resources, verbs] = [below(rule, "resources"), below(rule, "verbs")];
      const limit = "named resources and verbs";
      for (const place of [resources, verbs]) {
        if (place.value === UNKNOWN) yield undecided(place, limit);
        else if (asList(place.value).includes("*"))
          yield { path: place.path, message: `${row.name} allows everything there is.`, value: "*", limit };
      }
      const powers = asList(verbs.value).filter(
        (verb) => verb === "bind" || verb === "escalate" || verb === "impersonate",
      );
      if (powers.length > 0)
        yield {
          path: verbs.path,
          message: `${row.name} can give itself further rights.`,
          value: powers.join(", "),
          limit,
        };
      const reads = asList(verbs.value).some((verb) => verb === "get" || verb === "list" || verb === "watch");
      if (reads && asList(resources.value).includes("secrets") && !secretReaders.includes(row.name)) {
        yield {
          path: resources.path,
          message: `${row.name} reads secrets of the cluster.`,
          value: "secrets",
          limit: "no secrets",
        };
      }
    }
  },
});
