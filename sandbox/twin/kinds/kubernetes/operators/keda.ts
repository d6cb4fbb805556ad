import { z } from "zod";
import type { Properties } from "../../../protocol/values.ts";
import { definitionsOf, deployed, mapWith, type Operator, readValues, resourcesWith } from "./operator.ts";

const VERSION = "2.20.2";
const tag = z.strictObject({ tag: z.string().default(VERSION) }).prefault({});
const resources = resourcesWith({ cpu: "100m", memory: "100Mi" }, { cpu: "1", memory: "1000Mi" });

/** Defaults are those of the chart's values.yaml. */
const values = z.strictObject({
  image: z.strictObject({ keda: tag, metricsApiServer: tag, webhooks: tag }).prefault({}),
  resources: z.strictObject({ operator: resources, metricServer: resources, webhooks: resources }).prefault({}),
  nodeSelector: mapWith({ "kubernetes.io/os": "linux" }),
  priorityClassName: z.string().default(""),
});

/** Of every container of the chart. */
const CONTAINER_SECURITY = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"] },
  readOnlyRootFilesystem: true,
  seccompProfile: { type: "RuntimeDefault" },
};

/** KEDA: the operator, the server of its metrics, and its webhooks. */
export const keda: Operator = {
  chart: "keda",
  version: VERSION,
  definitions: () =>
    definitionsOf(
      {
        path: "github.com/kedacore/keda/v2",
        version: `v${VERSION}`,
        sum: "h1:SR60v8uIcelbveS8n/1jcl8tLdBBIbHMxmdOHw8tKqA=",
      },
      "config/crd/bases",
    ),
  makes: { "keda.sh/v1alpha1/ScaledObject": (scaled) => [autoscaler(scaled)] },
  objects: (release) => {
    const { image, resources: asked, nodeSelector, priorityClassName } = readValues(release, values);
    return [
      { name: "keda-operator", image: `keda:${image.keda.tag}`, resources: asked.operator },
      {
        name: "keda-operator-metrics-apiserver",
        image: `keda-metrics-apiserver:${image.metricsApiServer.tag}`,
        resources: asked.metricServer,
      },
      {
        name: "keda-admission-webhooks",
        image: `keda-admission-webhooks:${image.webhooks.tag}`,
        resources: asked.webhooks,
      },
    ].flatMap((container) =>
      deployed(release, {
        name: container.name,
        labels: { "app.kubernetes.io/name": container.name },
        replicas: 1,
        nodeSelector,
        priorityClassName,
        securityContext: { runAsNonRoot: true },
        containers: [
          { ...container, image: `ghcr.io/kedacore/${container.image}`, securityContext: CONTAINER_SECURITY },
        ],
      }),
    );
  },
};

/** KEDA's default for a ScaledObject that states no maximum. */
const MAXIMUM = 100;

const scaledObject = z.looseObject({
  metadata: z.looseObject({ name: z.string(), namespace: z.string().default("default") }),
  spec: z.looseObject({
    scaleTargetRef: z.looseObject({
      apiVersion: z.string().default("apps/v1"),
      kind: z.string().default("Deployment"),
      name: z.string(),
    }),
    maxReplicaCount: z.int().default(MAXIMUM),
  }),
});

/**
 * The autoscaler that KEDA makes, for the busiest hour: its least is its most, since no metric is there to follow, and
 * whether all of it fits is what a rehearsal is asked.
 */
function autoscaler(object: Properties): Properties {
  const { metadata, spec } = scaledObject.parse(object);
  const { apiVersion, kind, name } = spec.scaleTargetRef;
  return {
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    metadata: { name: `keda-hpa-${metadata.name}`, namespace: metadata.namespace },
    spec: {
      scaleTargetRef: { apiVersion, kind, name },
      minReplicas: spec.maxReplicaCount,
      maxReplicas: spec.maxReplicaCount,
    },
  };
}
