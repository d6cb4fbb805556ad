import { nodeSelectorOf, type OperatorContainer, type OperatorDefinition, resourcesOf, tagOf } from "./definition.ts";

const VERSION = "v1.21.2";

/** The chart asks for nothing. The digests are those that its users pin for the tags. */
const container = (name: string, digest: string, requestMiB: number, limitMiB: number): OperatorContainer => ({
  image: { repository: `quay.io/jetstack/cert-manager-${name}`, tag: VERSION, digest },
  cpu: { request: 0.02, limit: 0.5 },
  memoryMiB: { request: requestMiB, limit: limitMiB },
});

const controller = container(
  "controller",
  "sha256:70f532fd9cfde0b09d55687200942399d89838bc2d5d5b45152eb799a15912b8",
  64,
  256,
);
const webhook = container(
  "webhook",
  "sha256:a60e2dac46dbb8a7f3df95c54ce941012f54c2fe022f0ee55aaa1ab40ed957ae",
  32,
  128,
);
const cainjector = container(
  "cainjector",
  "sha256:c85268c64f2e0e76684bf5fe8906caff34b82523561c6affe0fae3546bd87562",
  64,
  256,
);
/** Runs once, after an installation, until the webhook answers. */
const startupCheck = container(
  "startupapicheck",
  "sha256:46e75b6866359ffb5d82624f41e3ed1c70b2994982702ced547ce5edb418a8f5",
  32,
  128,
);

const part = (facts: OperatorContainer) => ({
  image: { repository: facts.image.repository, tag: tagOf(facts.image) },
  resources: resourcesOf(facts),
});

/** cert-manager: certificates between operators, renewed before they expire. */
export const certManager: OperatorDefinition = {
  name: "cert-manager",
  chart: "cert-manager",
  version: VERSION,
  repository: "https://charts.jetstack.io",
  pods: {
    controller: { replicas: 1, containers: { "cert-manager-controller": controller } },
    cainjector: { replicas: 1, containers: { "cert-manager-cainjector": cainjector } },
    webhook: { replicas: 1, containers: { "cert-manager-webhook": webhook } },
  },
  apiServerPorts: [10250],
  values: (settings) => ({
    crds: { enabled: true },
    global: { nodeSelector: nodeSelectorOf(settings), priorityClassName: settings.priorityClass },
    ...part(controller),
    cainjector: part(cainjector),
    webhook: part(webhook),
    startupapicheck: part(startupCheck),
  }),
};
