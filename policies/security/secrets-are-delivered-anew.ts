import { bad, boundary, changed, exampleRow, good, unknown } from "../example.ts";
import { demand, noParameters, resourceRule } from "../resource-rule.ts";
import { UNKNOWN } from "../row.ts";
import { asList, asText, isTrue, placeIn } from "../values.ts";

const STATIC = "kubernetes:secrets.hashicorp.com/v1beta1:VaultStaticSecret";
const DYNAMIC = "kubernetes:secrets.hashicorp.com/v1beta1:VaultDynamicSecret";
const delivery = exampleRow(STATIC, "api-key", {
  spec: { path: "example/api/key", hmacSecretData: true, rolloutRestartTargets: [{ kind: "Deployment", name: "api" }] },
});

export const secretsAreDeliveredAnew = resourceRule({
  id: "security/secrets-are-delivered-anew",
  title: "A rotated secret reaches the workload that uses it",
  why:
    "A rotation that ends in Vault has only broken the next restart: the pod goes on with the old value until it " +
    "is revoked. Without the checksum the operator does not even see that somebody changed the copy in the " +
    "cluster.",
  severity: "medium",
  level: "mandatory",
  config: noParameters,
  unknown: "warn",
  fix: "Set hmacSecretData and name what restarts in rolloutRestartTargets.",
  source:
    "https://developer.hashicorp.com/vault/docs/platform/k8s/vso/secret-transformation; " +
    "https://github.com/hashicorp/vault-secrets-operator",
  types: [STATIC, DYNAMIC],
  examples: [
    good("a checksum and a target", delivery),
    bad("nothing restarts", changed(delivery, "spec.rolloutRestartTargets", undefined), "spec.rolloutRestartTargets"),
    bad("no checksum", changed(delivery, "spec.hmacSecretData", false), "spec.hmacSecretData"),
    boundary(
      "a reader that says how it reads the secret anew",
      changed(changed(delivery, "spec.rolloutRestartTargets", undefined), "metadata", {
        annotations: { "splitfleet/read-anew": "by each run" },
      }),
    ),
    boundary(
      "an empty list of targets",
      changed(delivery, "spec.rolloutRestartTargets", []),
      "spec.rolloutRestartTargets",
    ),
    boundary("nothing said of the checksum, which is on", changed(delivery, "spec.hmacSecretData", undefined)),
    unknown(
      "targets that `up` decides",
      changed(delivery, "spec.rolloutRestartTargets", UNKNOWN),
      "spec.rolloutRestartTargets",
    ),
  ],

  *inspect(row) {
    const readAnew = asText(placeIn(row, "metadata", "annotations", "splitfleet/read-anew").value) !== undefined;
    yield* demand(placeIn(row, "spec", "rolloutRestartTargets"), {
      isMet: (value) => readAnew || asList(value).length > 0,
      limit: "at least one target",
      message: `Nothing restarts when ${row.name} is rotated.`,
    });
    yield* demand(placeIn(row, "spec", "hmacSecretData"), {
      isMet: (value) => value === undefined || isTrue(value),
      limit: "true",
      message: `A changed copy of ${row.name} in the cluster goes unnoticed.`,
    });
  },
});
