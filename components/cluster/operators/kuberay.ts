import { nodeSelectorOf, type OperatorContainer, type OperatorDefinition, resourcesOf, tagOf } from "./definition.ts";

/** The chart's own limits, enough for five hundred Ray pods. */
const manager: OperatorContainer = {
  image: { repository: "quay.io/kuberay/operator", tag: "v1.5.1", digest: undefined },
  cpu: { request: 0.1, limit: 0.5 },
  memoryMiB: { request: 512, limit: 512 },
};

/** KubeRay: Ray clusters, jobs and services. */
export const kuberay: OperatorDefinition = {
  name: "kuberay-operator",
  chart: "kuberay-operator",
  version: "1.5.1",
  repository: "https://ray-project.github.io/kuberay-helm/",
  pods: { operator: { replicas: 1, containers: { "kuberay-operator": manager } } },
  apiServerPorts: [],
  values: (settings) => ({
    replicas: 1,
    image: { repository: manager.image.repository, tag: tagOf(manager.image) },
    resources: resourcesOf(manager),
    nodeSelector: nodeSelectorOf(settings),
    priorityClassName: settings.priorityClass,
  }),
};
