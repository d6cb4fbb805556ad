import { nodeSelectorOf, type OperatorContainer, type OperatorDefinition, resourcesOf, tagOf } from "./definition.ts";

const VERSION = "2.20.2";

/** The chart's own requests and limits. */
const container = (name: string, digest: string): OperatorContainer => ({
  image: { repository: `ghcr.io/kedacore/${name}`, tag: VERSION, digest },
  cpu: { request: 0.1, limit: 1 },
  memoryMiB: { request: 100, limit: 1000 },
});

const operator = container("keda", "sha256:fe74c7b8849586a67ad2201bcb89e7f5ac221ff90399ecaa8fd28427f1ef11e6");
const metricServer = container(
  "keda-metrics-apiserver",
  "sha256:27286536a8a775aeeee37a7e343f8ecebb27ebf680ee1181a4f99e82eefb253b",
);
const webhooks = container(
  "keda-admission-webhooks",
  "sha256:41f74102aba7959c6e8d08b433ab8a5fd6cae7c5646c78f7fe3de40a52df3439",
);

/** KEDA: pods by the length of a queue or a metric, and none where there is no work. */
export const keda: OperatorDefinition = {
  name: "keda",
  chart: "keda",
  version: VERSION,
  repository: "https://kedacore.github.io/charts",
  pods: {
    operator: { replicas: 1, containers: { "keda-operator": operator } },
    "metrics-apiserver": { replicas: 1, containers: { "keda-operator-metrics-apiserver": metricServer } },
    "admission-webhooks": { replicas: 1, containers: { "keda-admission-webhooks": webhooks } },
  },
  apiServerPorts: [6443, 9443],
  // The server of its metrics asks the operator.
  askedBy: { operator: "keda", ports: [9666] },
  values: (settings) => ({
    image: {
      keda: { tag: tagOf(operator.image) },
      metricsApiServer: { tag: tagOf(metricServer.image) },
      webhooks: { tag: tagOf(webhooks.image) },
    },
    resources: {
      operator: resourcesOf(operator),
      metricServer: resourcesOf(metricServer),
      webhooks: resourcesOf(webhooks),
    },
    nodeSelector: nodeSelectorOf(settings),
    priorityClassName: settings.priorityClass,
  }),
};
