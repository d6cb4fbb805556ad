import { z } from "zod";
import type { Properties } from "../../../protocol/values.ts";
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
  makes: { "postgresql.cnpg.io/v1/Cluster": instances },
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

const map = z.record(z.string(), z.json()).default({});
const cluster = z.looseObject({
  metadata: z.looseObject({
    name: z.string(),
    namespace: z.string().default("default"),
    annotations: z.record(z.string(), z.string()).default({}),
  }),
  spec: z.looseObject({
    instances: z.int().default(1),
    imageName: z.string().default("ghcr.io/cloudnative-pg/postgresql"),
    inheritedMetadata: z.looseObject({ labels: map }).prefault({}),
    resources: map,
    affinity: z.looseObject({ nodeSelector: map, tolerations: z.array(z.json()).default([]) }).prefault({}),
    priorityClassName: z.string().optional(),
    storage: z.looseObject({ size: z.string().default("1Gi"), storageClass: z.string().optional() }).prefault({}),
  }),
});

/** Its images' user. */
const POSTGRES = 26;

/** The primary and the replicas of a cluster with their volumes, a set each, and the account that they share. */
function instances(object: Properties): Properties[] {
  const { metadata, spec } = cluster.parse(object);
  const { name, namespace, annotations } = metadata;
  const own = { ...spec.inheritedMetadata.labels, "cnpg.io/cluster": name };
  const { size, storageClass } = spec.storage;
  const pod: Properties = {
    serviceAccountName: name,
    nodeSelector: spec.affinity.nodeSelector,
    tolerations: spec.affinity.tolerations,
    ...(spec.priorityClassName === undefined ? {} : { priorityClassName: spec.priorityClassName }),
    securityContext: {
      runAsNonRoot: true,
      runAsUser: POSTGRES,
      runAsGroup: POSTGRES,
      fsGroup: POSTGRES,
      seccompProfile: { type: "RuntimeDefault" },
    },
    containers: [
      {
        name: "postgres",
        image: spec.imageName,
        resources: spec.resources,
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ["ALL"] },
        },
      },
    ],
  };
  const set = (role: "primary" | "replica", setName: string, replicas: number): Properties => {
    const matchLabels = { "cnpg.io/cluster": name, "cnpg.io/podRole": "instance", "cnpg.io/instanceRole": role };
    const labels = { ...own, ...matchLabels };
    return {
      apiVersion: "apps/v1",
      kind: "StatefulSet",
      // Drills read there what is copied and archived.
      metadata: { name: setName, namespace, labels, annotations },
      spec: {
        replicas,
        serviceName: name,
        podManagementPolicy: "Parallel",
        selector: { matchLabels },
        template: { metadata: { labels }, spec: pod },
        volumeClaimTemplates: [
          {
            metadata: { name: "pgdata" },
            spec: {
              accessModes: ["ReadWriteOnce"],
              resources: { requests: { storage: size } },
              ...(storageClass === undefined ? {} : { storageClassName: storageClass }),
            },
          },
        ],
      },
    };
  };
  return [
    { apiVersion: "v1", kind: "ServiceAccount", metadata: { name, namespace, labels: own } },
    set("primary", name, 1),
    ...(spec.instances > 1 ? [set("replica", `${name}-replica`, spec.instances - 1)] : []),
  ];
}
