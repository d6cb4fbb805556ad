import { z } from "zod";
import { definitionsOf, deployed, fullName, mapWith, type Operator, readValues, resourcesWith } from "./operator.ts";

const VERSION = "v1.21.2";

const image = (name: string) =>
  z
    .strictObject({
      repository: z.string().default(`quay.io/jetstack/cert-manager-${name}`),
      tag: z.string().default(VERSION),
    })
    .prefault({});
const part = (name: string) => z.strictObject({ image: image(name), resources: resourcesWith({}, {}) }).prefault({});

/** Defaults are those of the chart's values.yaml. */
const values = z.strictObject({
  crds: z.strictObject({ enabled: z.literal(true) }),
  global: z
    .strictObject({
      nodeSelector: mapWith({ "kubernetes.io/os": "linux" }),
      priorityClassName: z.string().default(""),
    })
    .prefault({}),
  image: image("controller"),
  resources: resourcesWith({}, {}),
  cainjector: part("cainjector"),
  webhook: part("webhook"),
  // A job that is gone once the release is done.
  startupapicheck: part("startupapicheck"),
});

/** cert-manager: its controller, what gives the API server the webhook's certificate, and the webhook. */
export const certManager: Operator = {
  chart: "cert-manager",
  version: VERSION,
  definitions: () =>
    definitionsOf(
      {
        path: "github.com/cert-manager/cert-manager",
        version: VERSION,
        sum: "h1:UWgoYM+KLNtRlqmoWOKjKBOBUPVHeepQ6/ac3ERJW68=",
      },
      "deploy/crds",
    ),
  objects: (release) => {
    const given = readValues(release, values);
    const { nodeSelector, priorityClassName } = given.global;
    const name = fullName(release);
    const parts = {
      controller: { name, image: given.image, resources: given.resources },
      cainjector: { name: `${name}-cainjector`, ...given.cainjector },
      webhook: { name: `${name}-webhook`, ...given.webhook },
    };
    return Object.entries(parts).flatMap(([role, pods]) =>
      deployed(release, {
        name: pods.name,
        replicas: 1,
        nodeSelector,
        priorityClassName,
        securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
        containers: [
          {
            name: `cert-manager-${role}`,
            image: `${pods.image.repository}:${pods.image.tag}`,
            resources: pods.resources,
            securityContext: {
              allowPrivilegeEscalation: false,
              readOnlyRootFilesystem: true,
              capabilities: { drop: ["ALL"] },
            },
          },
        ],
      }),
    );
  },
};
