import { z } from "zod";
import type { Properties } from "../../../protocol/values.ts";
import { definitionsOf, deployed, fullName, mapWith, type Operator, readValues, resourcesWith } from "./operator.ts";

/** Defaults are those of the chart's values.yaml. */
const values = z.strictObject({
  replicas: z.int().min(0).default(1),
  image: z
    .strictObject({ repository: z.string().default("quay.io/kuberay/operator"), tag: z.string().default("v1.5.1") })
    .prefault({}),
  resources: resourcesWith({}, { cpu: "100m", memory: "512Mi" }),
  nodeSelector: mapWith(),
  priorityClassName: z.string().default(""),
});

/** Ray's operator. */
export const kuberay: Operator = {
  chart: "kuberay-operator",
  version: "1.5.1",
  definitions: () =>
    definitionsOf(
      {
        path: "github.com/ray-project/kuberay/ray-operator",
        version: "v1.5.1",
        sum: "h1:7FJYmB8oM+cnjv1VYCj/TfzRZG4XHvvt5Ayn5pZ5A1c=",
      },
      "config/crd/bases",
    ),
  makes: { "ray.io/v1/RayCluster": groups },
  objects: (release) => {
    const { replicas, image, resources, nodeSelector, priorityClassName } = readValues(release, values);
    return deployed(release, {
      name: fullName(release),
      replicas,
      nodeSelector,
      priorityClassName,
      securityContext: {},
      containers: [
        {
          name: "kuberay-operator",
          image: `${image.repository}:${image.tag}`,
          resources,
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ["ALL"] },
            runAsNonRoot: true,
            seccompProfile: { type: "RuntimeDefault" },
          },
        },
      ],
    });
  },
};

const template = z.looseObject({
  metadata: z.looseObject({ labels: z.record(z.string(), z.string()).default({}) }).prefault({}),
  spec: z.record(z.string(), z.json()),
});

/** What the operator gives the container that scales, where nothing else is asked for (`common/pod.go`). */
const AUTOSCALER = z
  .record(z.string(), z.json())
  .default({ requests: { cpu: "500m", memory: "512Mi" }, limits: { cpu: "500m", memory: "512Mi" } });

const rayCluster = z.looseObject({
  metadata: z.looseObject({ name: z.string(), namespace: z.string().default("default") }),
  spec: z.looseObject({
    headGroupSpec: z.looseObject({ template }),
    workerGroupSpecs: z
      .array(
        z.looseObject({
          groupName: z.string(),
          replicas: z.int().default(0),
          maxReplicas: z.int().optional(),
          numOfHosts: z.int().default(1),
          template,
        }),
      )
      .default([]),
    enableInTreeAutoscaling: z.boolean().default(false),
    autoscalerOptions: z.looseObject({ resources: AUTOSCALER }).prefault({}),
  }),
});

/** The head and every group of workers; where Ray scales by itself, at their most, for the busiest hour. */
function groups(object: Properties): Properties[] {
  const { metadata, spec } = rayCluster.parse(object);
  const { name, namespace } = metadata;
  const group = (type: string, groupName: string, replicas: number, of: z.output<typeof template>): Properties => {
    const selector = { "ray.io/cluster": name, "ray.io/node-type": type, "ray.io/group": groupName };
    const labels = { ...of.metadata.labels, ...selector };
    return {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: `${name}-${groupName}`, namespace, labels },
      spec: { replicas, selector: { matchLabels: selector }, template: { metadata: { labels }, spec: of.spec } },
    };
  };
  return [
    group(
      "head",
      "headgroup",
      1,
      spec.enableInTreeAutoscaling
        ? scaling(spec.headGroupSpec.template, spec.autoscalerOptions)
        : spec.headGroupSpec.template,
    ),
    ...spec.workerGroupSpecs.map(({ groupName, replicas, maxReplicas = replicas, numOfHosts, template: of }) =>
      group("worker", groupName, (spec.enableInTreeAutoscaling ? maxReplicas : replicas) * numOfHosts, of),
    ),
  ];
}

/** The head with the container that asks for workers, which runs the head's own image under its security context. */
function scaling(
  head: z.output<typeof template>,
  { resources }: z.output<typeof rayCluster>["spec"]["autoscalerOptions"],
): z.output<typeof template> {
  const containers = z.array(z.record(z.string(), z.json())).parse(head.spec["containers"]);
  const [{ image = "", securityContext = {} } = {}] = containers;
  const autoscaler = { name: "autoscaler", image, resources, securityContext };
  return { ...head, spec: { ...head.spec, containers: [...containers, autoscaler] } };
}
