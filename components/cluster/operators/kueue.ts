import { nodeSelectorOf, type OperatorContainer, type OperatorDefinition, resourcesOf, tagOf } from "./definition.ts";

const WEBHOOK_PORT = 9443;

/**
 * Configuration of Kueue's controller, in the cluster and in a rehearsal alike, but for where it listens. A run whose
 * pods do not come up, say because a spot market has nothing to sell, gives its quota back and tries again later; the
 * upstream default lets it sit on the quota for good.
 */
export const KUEUE_CONFIGURATION = {
  apiVersion: "config.kueue.x-k8s.io/v1beta2",
  kind: "Configuration",
  waitForPodsReady: {
    timeout: "15m",
    recoveryTimeout: "5m",
    blockAdmission: false,
    requeuingStrategy: { timestamp: "Eviction", backoffBaseSeconds: 60, backoffMaxSeconds: 900 },
  },
  integrations: { frameworks: ["batch/job"] },
} as const;

/** The chart's own requests and limits. The digest is the one that the release's maintainers report for the tag. */
const manager: OperatorContainer = {
  image: {
    repository: "registry.k8s.io/kueue/kueue",
    tag: "v0.15.0",
    digest: "sha256:15bf4478557991888ac31ce5f6207f236c2125e248ab207d237af3c70996353e",
  },
  cpu: { request: 0.5, limit: 2 },
  memoryMiB: { request: 512, limit: 512 },
};

/** Kueue: quotas, borrowing and preemption between the runs of teams. */
export const kueue: OperatorDefinition = {
  name: "kueue",
  chart: "oci://registry.k8s.io/kueue/charts/kueue",
  version: "0.15.0",
  pods: { manager: { replicas: 1, containers: { manager } } },
  apiServerPorts: [WEBHOOK_PORT],
  values: (settings) => ({
    controllerManager: {
      replicas: 1,
      nodeSelector: nodeSelectorOf(settings),
      manager: {
        priorityClassName: settings.priorityClass,
        image: { repository: manager.image.repository, tag: tagOf(manager.image) },
        resources: resourcesOf(manager),
      },
    },
    managerConfig: {
      controllerManagerConfigYaml: JSON.stringify({
        ...KUEUE_CONFIGURATION,
        health: { healthProbeBindAddress: ":8081" },
        metrics: { bindAddress: ":8443" },
        webhook: { port: WEBHOOK_PORT },
        leaderElection: { leaderElect: true, resourceName: "c1f6bfd2.kueue.x-k8s.io" },
      }),
    },
  }),
};
