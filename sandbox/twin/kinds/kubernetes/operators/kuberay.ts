import { z } from "zod";
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
