import { z } from "zod";
import type { Properties } from "../../../protocol/values.ts";
import { definitionsOf, deployed, fullName, mapWith, type Operator, readValues, resourcesWith } from "./operator.ts";

const VERSION = "v0.13.0";
const PORT = 9090;

const image = (repository: string) =>
  z
    .strictObject({
      registry: z.string().default("ghcr.io"),
      repository: z.string().default(repository),
      tag: z.string().default(VERSION),
    })
    .prefault({});

/** Defaults are those of the chart's values.yaml. */
const values = z.strictObject({
  replicaCount: z.int().min(0).default(1),
  image: image("cloudnative-pg/plugin-barman-cloud"),
  sidecarImage: image("cloudnative-pg/plugin-barman-cloud-sidecar"),
  resources: resourcesWith({}, {}),
  nodeSelector: mapWith(),
  priorityClassName: z.string().default(""),
});

/** CloudNativePG's plugin for backups to object stores, with the certificates that it asks cert-manager for. */
export const barmanCloud: Operator = {
  chart: "plugin-barman-cloud",
  version: "0.7.0",
  definitions: () =>
    definitionsOf(
      {
        path: "github.com/cloudnative-pg/plugin-barman-cloud",
        version: VERSION,
        sum: "h1:dcEVsozSmdx5p2LbG1hbkWBvr6LXs1xpCsQiJWpo/ew=",
      },
      "config/crd/bases",
    ),
  objects: (release) => {
    const { replicaCount, image: own, resources, nodeSelector, priorityClassName } = readValues(release, values);
    const name = fullName(release);
    const issuer = `${name}-selfsigned-issuer`;
    const certificate = (side: "client" | "server", commonName: string, more: Properties = {}): Properties => ({
      apiVersion: "cert-manager.io/v1",
      kind: "Certificate",
      metadata: { name: `barman-cloud-${side}`, namespace: release.namespace },
      spec: {
        commonName,
        duration: "2160h",
        renewBefore: "360h",
        isCA: false,
        issuerRef: { group: "cert-manager.io", kind: "Issuer", name: issuer },
        secretName: `barman-cloud-${side}-tls`,
        usages: [`${side} auth`],
        privateKey: { rotationPolicy: "Always" },
        ...more,
      },
    });
    return [
      {
        apiVersion: "cert-manager.io/v1",
        kind: "Issuer",
        metadata: { name: issuer, namespace: release.namespace },
        spec: { selfSigned: {} },
      },
      certificate("client", "barman-cloud-client"),
      certificate("server", "barman-cloud", { dnsNames: ["barman-cloud"] }),
      ...deployed(release, {
        name,
        replicas: replicaCount,
        nodeSelector,
        priorityClassName,
        securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
        containers: [
          {
            name: "barman-cloud",
            image: `${own.registry}/${own.repository}:${own.tag}`,
            ports: [{ containerPort: PORT, protocol: "TCP" }],
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
      }),
    ];
  },
};
