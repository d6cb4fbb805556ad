import { bad, boundary, exampleRow, good, unknown } from "../example.ts";
import { UNKNOWN, type Row } from "../row.ts";
import { noParameters } from "../resource-rule.ts";
import type { Rule } from "../rule.ts";
import { asObject, asText, placeIn } from "../values.ts";
import type { z } from "zod";

const NAMESPACE = "kubernetes:core/v1:Namespace";
const QUOTA = "kubernetes:core/v1:ResourceQuota";
const BOUNDED = ["requests.cpu", "limits.memory", "pods"];

const namespace = exampleRow(NAMESPACE, "team-example", { metadata: { name: "team-example" } });
const quota = (hard: Row["inputs"], metadata: Row["inputs"] = { namespace: "team-example" }) =>
  exampleRow(QUOTA, "quota", { metadata, spec: { hard } });
const HARD = { "requests.cpu": "4", "limits.memory": "8Gi", pods: "50" };

export const teamsHaveQuota: Rule<z.output<typeof noParameters>> = {
  id: "cost/teams-have-quota",
  title: "Every team's namespace has a quota",
  why:
    "Pods that do not fit make the autoscaler buy nodes. A quota turns one team's mistake into that team's " +
    "refused pod instead of everybody's bill.",
  severity: "medium",
  level: "mandatory",
  scope: "environment",
  config: noParameters,
  unknown: "warn",
  fix:
    "Give the namespace a ResourceQuota that bounds requests.cpu, limits.memory and pods; `teams.<team>.quota` " +
    "makes one.",
  source: "https://kubernetes.io/docs/concepts/policy/resource-quotas/",
  examples: [
    good("a quota on cores, memory and pods", [namespace, quota(HARD)]),
    good(
      "a namespace of no team",
      exampleRow(NAMESPACE, "splitfleet-system", { metadata: { name: "splitfleet-system" } }),
    ),
    bad("no quota", namespace, "metadata.name"),
    boundary("the quota of another namespace", [namespace, quota(HARD, { namespace: "team-other" })], "metadata.name"),
    boundary("a quota without memory", [namespace, quota({ "requests.cpu": "4", pods: "50" })], "metadata.name"),
    unknown(
      "a quota that `up` decides",
      [namespace, { ...quota({}), inputs: { metadata: { namespace: "team-example" }, spec: UNKNOWN } }],
      "metadata.name",
    ),
  ],

  *check(rows) {
    const quotas = rows.filter(({ type }) => type === QUOTA);
    for (const row of rows) {
      if (row.type !== NAMESPACE) continue;
      const { path, value } = placeIn(row, "metadata", "name");
      const name = asText(value);
      if (name?.startsWith("team-") !== true) continue;
      const own = quotas
        .filter((other) => placeIn(other, "metadata", "namespace").value === name)
        .map((other) => placeIn(other, "spec", "hard").value);
      const missing = BOUNDED.filter((resource) => !own.some((hard) => asObject(hard)?.[resource] !== undefined));
      if (missing.length === 0) continue;
      yield {
        urn: row.urn,
        path,
        message: `Nothing bounds ${missing.join(", ")} of namespace ${name}.`,
        value: own.includes(UNKNOWN) ? UNKNOWN : `no bound of ${missing.join(", ")}`,
        limit: `a quota of ${BOUNDED.join(", ")}`,
      };
    }
  },
};
