import { certManager } from "./cert-manager.ts";
import { cloudnativePg } from "./cloudnative-pg.ts";
import {
  nodeSelectorOf,
  type OperatorContainer,
  type OperatorDefinition,
  type OperatorImage,
  resourcesOf,
  tagOf,
} from "./definition.ts";

const VERSION = "v0.13.0";
const PORT = 9090;

/** The chart asks for nothing, and suggests half of these limits. The digests are those that its users pin. */
const plugin: OperatorContainer = {
  image: {
    repository: "ghcr.io/cloudnative-pg/plugin-barman-cloud",
    tag: VERSION,
    digest: "sha256:71589dbac582333442812b07b31f7ea4d00324a8358aac7ca507dabf9f4b6c96",
  },
  cpu: { request: 0.1, limit: 0.2 },
  memoryMiB: { request: 100, limit: 400 },
};

/** Beside each PostgreSQL, in the database's own pods. */
const sidecar: OperatorImage = {
  repository: "ghcr.io/cloudnative-pg/plugin-barman-cloud-sidecar",
  tag: VERSION,
  digest: "sha256:990361af3319f9e23aafa0f6d7981f99bf1f69b4e6a85cf1bc7d71d6f09bb288",
};

/**
 * The plugin of CloudNativePG that keeps backups and the log of changes in an object store. It and the operator know each
 * other by certificates, which its chart has cert-manager make.
 */
export const barmanCloud: OperatorDefinition = {
  name: "plugin-barman-cloud",
  chart: "plugin-barman-cloud",
  version: "0.7.0",
  repository: "https://cloudnative-pg.github.io/charts",
  pods: { plugin: { replicas: 1, containers: { "barman-cloud": plugin } } },
  apiServerPorts: [],
  apiGroup: "barmancloud.cnpg.io",
  needs: [certManager, cloudnativePg],
  askedBy: { operator: cloudnativePg.name, ports: [PORT] },
  values: (settings) => ({
    replicaCount: 1,
    image: { tag: tagOf(plugin.image) },
    sidecarImage: { tag: tagOf(sidecar) },
    resources: resourcesOf(plugin),
    nodeSelector: nodeSelectorOf(settings),
    priorityClassName: settings.priorityClass,
  }),
};
