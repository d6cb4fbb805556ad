import { z } from "zod";
import type { Properties } from "../../../protocol/values.ts";
import { definitionsOf, fullName, readValues, type Operator } from "./operator.ts";

/** Helm merges what a release says into the chart's own maps. */
const mapWith = (own: Readonly<Record<string, string>>) =>
  z
    .record(z.string(), z.string())
    .prefault({})
    .transform((given) => ({ ...own, ...given }));
const contextWith = (own: Properties) =>
  z
    .record(z.string(), z.json())
    .prefault({})
    .transform((given): Properties => ({ ...own, ...given }));
const resources = (requests: Readonly<Record<string, string>>) =>
  z.strictObject({ requests: mapWith(requests), limits: mapWith({ cpu: "500m", memory: "128Mi" }) }).prefault({});

/** Defaults are those of the chart's values.yaml. */
const values = z.strictObject({
  controller: z
    .strictObject({
      replicas: z.int().min(0).default(1),
      podSecurityContext: contextWith({ runAsNonRoot: true }),
      securityContext: contextWith({ allowPrivilegeEscalation: false }),
      nodeSelector: mapWith({}),
      manager: z.strictObject({ resources: resources({ cpu: "10m", memory: "64Mi" }) }).prefault({}),
      kubeRbacProxy: z.strictObject({ resources: resources({ cpu: "5m", memory: "64Mi" }) }).prefault({}),
    })
    .prefault({}),
  defaultVaultConnection: z
    .strictObject({
      enabled: z.boolean().default(false),
      address: z.string().default(""),
      skipTLSVerify: z.boolean().default(false),
    })
    .prefault({}),
});
type Controller = z.output<typeof values>["controller"];

/** HashiCorp's operator that keeps Kubernetes secrets equal to Vault's. */
export const vaultSecretsOperator: Operator = {
  chart: "vault-secrets-operator",
  version: "0.10.0",
  definitions: () =>
    definitionsOf(
      {
        path: "github.com/hashicorp/vault-secrets-operator",
        version: "v0.10.0",
        sum: "h1:BjOTBJRqx1SLo7NeyqNJWRPDyfRscbqPtGU1U2LzArg=",
      },
      "chart/crds",
    ),
  objects: (release) => {
    const { controller, defaultVaultConnection } = readValues(release, values);
    const { enabled, address, skipTLSVerify } = defaultVaultConnection;
    const labels = {
      "control-plane": "controller-manager",
      "app.kubernetes.io/name": release.chart,
      "app.kubernetes.io/instance": release.name,
    };
    const named = (name: string): Properties => ({ name, namespace: release.namespace, labels });
    const manager = named(`${fullName(release)}-controller-manager`);
    const connection: Properties = {
      apiVersion: "secrets.hashicorp.com/v1beta1",
      kind: "VaultConnection",
      metadata: named("default"),
      spec: { address, skipTLSVerify },
    };
    return [
      { apiVersion: "v1", kind: "ServiceAccount", metadata: manager },
      deployment(manager, labels, controller),
      ...(enabled ? [connection] : []),
    ];
  },
};

function deployment(metadata: Properties, labels: Properties, controller: Controller): Properties {
  const { podSecurityContext, securityContext, nodeSelector, manager, kubeRbacProxy } = controller;
  const containers = [
    { name: "kube-rbac-proxy", image: "quay.io/brancz/kube-rbac-proxy:v0.18.1", ...kubeRbacProxy, securityContext },
    { name: "manager", image: "hashicorp/vault-secrets-operator:0.10.0", ...manager, securityContext },
  ];
  const pod: Properties = {
    serviceAccountName: metadata["name"] ?? "",
    nodeSelector,
    securityContext: podSecurityContext,
    containers,
  };
  const template: Properties = { metadata: { labels }, spec: pod };
  const spec: Properties = { replicas: controller.replicas, selector: { matchLabels: labels }, template };
  return { apiVersion: "apps/v1", kind: "Deployment", metadata, spec };
}
