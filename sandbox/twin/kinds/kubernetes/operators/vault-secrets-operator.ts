import { z } from "zod";
import type { Properties } from "../../../protocol/values.ts";
import {
  contextWith,
  definitionsOf,
  deployed,
  fullName,
  instanceLabels,
  mapWith,
  type Operator,
  readValues,
  resourcesWith,
} from "./operator.ts";

const container = (requests: Readonly<Record<string, string>>, repository: string, tag: string) =>
  z
    .strictObject({
      image: z.strictObject({ repository: z.string().default(repository), tag: z.string().default(tag) }).prefault({}),
      resources: resourcesWith(requests, { cpu: "500m", memory: "128Mi" }),
    })
    .prefault({});

/** Defaults are those of the chart's values.yaml. */
const values = z.strictObject({
  controller: z
    .strictObject({
      replicas: z.int().min(0).default(1),
      podSecurityContext: contextWith({ runAsNonRoot: true }),
      securityContext: contextWith({ allowPrivilegeEscalation: false }),
      nodeSelector: mapWith(),
      manager: container({ cpu: "10m", memory: "64Mi" }, "hashicorp/vault-secrets-operator", "0.10.0"),
      kubeRbacProxy: container({ cpu: "5m", memory: "64Mi" }, "quay.io/brancz/kube-rbac-proxy", "v0.18.1"),
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
    const { replicas, podSecurityContext, securityContext, nodeSelector, manager, kubeRbacProxy } = controller;
    const { enabled, address, skipTLSVerify } = defaultVaultConnection;
    const named = { "kube-rbac-proxy": kubeRbacProxy, manager };
    const connection: Properties = {
      apiVersion: "secrets.hashicorp.com/v1beta1",
      kind: "VaultConnection",
      metadata: { name: "default", namespace: release.namespace, labels: instanceLabels(release) },
      spec: { address, skipTLSVerify },
    };
    return [
      ...deployed(release, {
        name: `${fullName(release)}-controller-manager`,
        replicas,
        nodeSelector,
        securityContext: podSecurityContext,
        containers: Object.entries(named).map(([name, { image, resources }]) => ({
          name,
          image: `${image.repository}:${image.tag}`,
          resources,
          securityContext,
        })),
      }),
      ...(enabled ? [connection] : []),
    ];
  },
};
