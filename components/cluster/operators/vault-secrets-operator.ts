import { nodeSelectorOf, type OperatorContainer, type OperatorDefinition, resourcesOf, tagOf } from "./definition.ts";

/** The chart's own requests and limits. */
const manager: OperatorContainer = {
  image: { repository: "hashicorp/vault-secrets-operator", tag: "0.10.0", digest: undefined },
  cpu: { request: 0.01, limit: 0.5 },
  memoryMiB: { request: 64, limit: 128 },
};
const proxy: OperatorContainer = {
  image: { repository: "quay.io/brancz/kube-rbac-proxy", tag: "v0.18.1", digest: undefined },
  cpu: { request: 0.005, limit: 0.5 },
  memoryMiB: { request: 64, limit: 128 },
};

/** Vault Secrets Operator: keeps Kubernetes secrets equal to Vault's and rolls their readers when they change. */
export const vaultSecretsOperator: OperatorDefinition = {
  name: "vault-secrets-operator",
  chart: "vault-secrets-operator",
  version: "0.10.0",
  repository: "https://helm.releases.hashicorp.com",
  pods: { "controller-manager": { replicas: 1, containers: { "kube-rbac-proxy": proxy, manager } } },
  apiServerPorts: [],
  values: (settings) => ({
    controller: {
      replicas: 1,
      // What the chart leaves out of the restricted pod security profile; without it, no pod is admitted.
      podSecurityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
      securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
      nodeSelector: nodeSelectorOf(settings),
      manager: {
        image: { repository: manager.image.repository, tag: tagOf(manager.image) },
        resources: resourcesOf(manager),
      },
      kubeRbacProxy: {
        image: { repository: proxy.image.repository, tag: tagOf(proxy.image) },
        resources: resourcesOf(proxy),
      },
    },
    defaultVaultConnection: { enabled: true, address: settings.vaultAddress },
  }),
};
