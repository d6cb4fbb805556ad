import { z } from "zod";
import { definitionsOf, deployed, fullName, mapWith, type Operator, readValues, resourcesWith } from "./operator.ts";

/** Defaults are those of the chart's values.yaml. */
const values = z.strictObject({
  replicaCount: z.int().min(0).default(1),
  image: z
    .strictObject({
      repository: z.string().default("ghcr.io/cloudnative-pg/cloudnative-pg"),
      tag: z.string().default("1.30.0"),
    })
    .prefault({}),
  resources: resourcesWith({}, {}),
  nodeSelector: mapWith(),
  priorityClassName: z.string().default(""),
});

/** CloudNativePG's operator. */
export const cloudnativePg: Operator = {
  chart: "cloudnative-pg",
  version: "0.29.0",
  definitions: () =>
    definitionsOf(
      {
        path: "github.com/cloudnative-pg/cloudnative-pg",
        version: "v1.30.0",
        sum: "h1:fnhVq44xXx97MNiuvJsPrX1vSjYbgdyBK5MSGfdHdp0=",
      },
      "config/crd/bases",
    ),
  objects: (release) => {
    const { replicaCount, image, resources, nodeSelector, priorityClassName } = readValues(release, values);
    return deployed(release, {
      name: fullName(release),
      replicas: replicaCount,
      nodeSelector,
      priorityClassName,
      securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
      containers: [
        {
          name: "manager",
          image: `${image.repository}:${image.tag}`,
          resources,
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            runAsUser: 10001,
            runAsGroup: 10001,
            seccompProfile: { type: "RuntimeDefault" },
            capabilities: { drop: ["ALL"] },
          },
        },
      ],
    });
  },
};
