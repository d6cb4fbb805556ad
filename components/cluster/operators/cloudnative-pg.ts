import { nodeSelectorOf, type OperatorContainer, type OperatorDefinition, resourcesOf, tagOf } from "./definition.ts";

/** The chart asks for nothing; in use it has 100 to 200 MiB. */
const manager: OperatorContainer = {
  image: {
    repository: "ghcr.io/cloudnative-pg/cloudnative-pg",
    tag: "1.30.0",
    digest: "sha256:a2701eb97cdd2a34b1fdb2cb51987f544b706e40bec72ae7146cd8580efefebb",
  },
  cpu: { request: 0.1, limit: 1 },
  memoryMiB: { request: 200, limit: 400 },
};

/** CloudNativePG: PostgreSQL with replicas, failover and backups. */
export const cloudnativePg: OperatorDefinition = {
  name: "cloudnative-pg",
  chart: "cloudnative-pg",
  version: "0.29.0",
  repository: "https://cloudnative-pg.github.io/charts",
  pods: { manager: { replicas: 1, containers: { manager } } },
  apiServerPorts: [9443],
  values: (settings) => ({
    replicaCount: 1,
    image: { repository: manager.image.repository, tag: tagOf(manager.image) },
    resources: resourcesOf(manager),
    nodeSelector: nodeSelectorOf(settings),
    priorityClassName: settings.priorityClass,
  }),
};
