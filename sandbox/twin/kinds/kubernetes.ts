import { existsSync } from "node:fs";
import path from "node:path";
import type { Facts, Kind, Package } from "../kind.ts";
import { textAt } from "../protocol/paths.ts";
import type { Properties, Value } from "../protocol/values.ts";
import type { WorldObject } from "../world/objects.ts";
import { hasOutage } from "../world/settings.ts";
import type { World } from "../world/world.ts";
import { numberOf, uuidOf } from "./derive.ts";
import { RELEASE } from "./kubernetes/manifest.ts";
import { installedVersion } from "./version.ts";

const NAMESPACE = "kubernetes:core/v1:Namespace";

/** Kinds of this project that do not live in a namespace. */
const CLUSTER_SCOPED = new Set([
  NAMESPACE,
  "kubernetes:scheduling.k8s.io/v1:PriorityClass",
  "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole",
  "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding",
  "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition",
]);

/**
 * Places that replace an object, beside its name and namespace: the list that the provider itself keeps (`forceNew` in
 * pulumi-kubernetes), plus what the API server calls immutable.
 */
const REPLACE_ON: Readonly<Record<string, readonly string[]>> = {
  "kubernetes:apps/v1:Deployment": ["spec.selector"],
  "kubernetes:apps/v1:StatefulSet": [
    "spec.podManagementPolicy",
    "spec.revisionHistoryLimit",
    "spec.selector",
    "spec.serviceName",
    "spec.volumeClaimTemplates",
  ],
  // As long as the provider's enableConfigMapMutable and enableSecretMutable are off, as they are by default.
  "kubernetes:core/v1:ConfigMap": ["binaryData", "data"],
  "kubernetes:core/v1:Secret": ["type", "stringData", "data"],
  "kubernetes:core/v1:PersistentVolumeClaim": [
    "spec.accessModes",
    "spec.selector",
    "spec.storageClassName",
    "spec.volumeName",
  ],
  "kubernetes:core/v1:ResourceQuota": ["spec.scopes"],
  "kubernetes:core/v1:Service": ["spec.clusterIP"],
  "kubernetes:batch/v1:Job": ["spec.completions", "spec.parallelism", "spec.selector", "spec.template"],
  "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding": ["roleRef"],
  "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding": ["roleRef"],
  "kubernetes:scheduling.k8s.io/v1:PriorityClass": ["value", "preemptionPolicy"],
};

/** What a controller would report once all is well. */
const STATUS: Readonly<Record<string, (facts: Facts) => Value>> = {
  [NAMESPACE]: () => ({ phase: "Active" }),
  "kubernetes:apps/v1:Deployment": ({ inputs, revision }) => ({
    observedGeneration: revision,
    replicas: replicas(inputs),
    readyReplicas: replicas(inputs),
    availableReplicas: replicas(inputs),
  }),
  "kubernetes:apps/v1:StatefulSet": ({ inputs, revision }) => ({
    observedGeneration: revision,
    replicas: replicas(inputs),
    readyReplicas: replicas(inputs),
  }),
  "kubernetes:core/v1:PersistentVolumeClaim": () => ({ phase: "Bound" }),
  "kubernetes:core/v1:Service": () => ({ loadBalancer: {} }),
};

/**
 * Kubernetes: the API server of a rehearsal's control plane where one runs. Else a plain store: objects exist, have
 * unique names, live in a namespace that exists and vanish with it; no admission, no controller and no scheduler.
 */
export const kubernetes: Package = {
  name: "kubernetes",
  version: installedVersion("kubernetes"),
  // A named cluster is the same cluster whatever its kubeconfig says.
  replaceProviderOn: ({ clusterIdentifier }) =>
    clusterIdentifier === undefined ? ["kubeconfig", "context", "cluster"] : ["clusterIdentifier"],
  // `provider.go` of pulumi-kubernetes: Check answers with the old inputs, and Create refuses even in a preview.
  outage: ({ marker }, { skipUpdateUnreachable }) => {
    const reason = hasOutage(marker, "off-the-mesh")
      ? "no such host"
      : hasOutage(marker, "api-server-down")
        ? "connection refused"
        : undefined;
    if (reason === undefined) return undefined;
    const message = `configured Kubernetes cluster is unreachable: ${reason}`;
    return { message, failsPreview: true, leavesObjects: String(skipUpdateUnreachable) === "true" };
  },
  words: {
    missing: (_reference, value) => `namespaces ${JSON.stringify(value)} not found`,
    inUse: ({ id }, by) => `${id} is in use by ${by.id}`,
    rateLimited: "the server has received too many requests and has asked us to try again later",
  },
  kinds: Object.fromEntries(
    [...new Set([...CLUSTER_SCOPED, ...Object.keys(REPLACE_ON), ...Object.keys(STATUS), RELEASE])].map((type) => [
      type,
      type === RELEASE ? release() : kindOf(type),
    ]),
  ),
  otherKind: kindOf,
  connect: async (world) => {
    const kubeconfig = path.join(world.marker, "control-plane", "kubeconfig.yaml");
    if (!existsSync(kubeconfig)) return undefined;
    // The client library takes 0.5 s to load, which only a rehearsal with a control plane should wait for.
    const { ApiStore } = await import("./kubernetes/api-store.ts");
    return ApiStore.open(world, kubeconfig);
  },
};

function kindOf(type: string): Kind {
  const namespaced = !CLUSTER_SCOPED.has(type);
  const status = STATUS[type];
  return {
    idPrefix: (type.split(":").at(-1) ?? type).toLowerCase(),
    replaceOn: ["apiVersion", "kind", "metadata.name", "metadata.namespace", ...(REPLACE_ON[type] ?? [])],
    naming: { property: "metadata.name", maxLength: 253, randomDigits: 8, mark: "annotation" },
    outputs: {
      "metadata.uid": ({ id }) => uuidOf(id),
      "metadata.resourceVersion": ({ id, revision }) => String(1000 + numberOf(id, 1_000_000) + revision),
      "metadata.generation": ({ revision }) => revision,
      "metadata.creationTimestamp": ({ createdAt }) => createdAt,
      ...(namespaced ? { "metadata.namespace": () => "default" } : {}),
      ...(status === undefined ? {} : { status }),
      ...(type === "kubernetes:core/v1:Service" ? { "spec.clusterIP": ({ id }) => clusterIp(id) } : {}),
    },
    volatile: ["metadata.resourceVersion", "metadata.generation", "status"],
    secretOutputs: type === "kubernetes:core/v1:Secret" ? ["data", "stringData"] : [],
    references: namespaced ? [inNamespace("metadata.namespace")] : [],
    claims: (inputs) => [
      {
        key: `${namespaceOf(inputs)}/${textAt(inputs, "metadata.name")}`,
        conflict: `${plural(inputs)} ${JSON.stringify(textAt(inputs, "metadata.name"))} already exists`,
      },
    ],
    ...(type === NAMESPACE ? { cascade: inside } : {}),
  };
}

function release(): Kind {
  return {
    idPrefix: "release",
    replaceOn: ["name", "namespace"],
    naming: { property: "name", maxLength: 53, randomDigits: 8, mark: "defaults" },
    references: [inNamespace("namespace")],
    claims: ({ name, namespace }) => [
      {
        key: `${String(namespace ?? "default")}/${String(name)}`,
        conflict: "cannot re-use a name that is still in use",
      },
    ],
    outputs: {
      namespace: () => "default",
      resourceNames: () => ({}),
      manifest: () => ({}),
      status: ({ inputs, revision }) => ({
        chart: inputs["chart"] ?? "",
        name: inputs["name"] ?? "",
        namespace: inputs["namespace"] ?? "default",
        revision,
        status: "deployed",
        version: inputs["version"] ?? "",
      }),
    },
    volatile: ["status"],
  };
}

/** A reference by name, except to the namespaces that every cluster has. */
function inNamespace(at: string): NonNullable<Kind["references"]>[number] {
  return { at, to: NAMESPACE, by: "metadata.name", except: /^(default|kube-system|kube-public|kube-node-lease)$/ };
}

function inside(namespace: WorldObject, world: World): WorldObject[] {
  const name = textAt(namespace.inputs, "metadata.name");
  const objects = world.objects("kubernetes").all();
  return objects.filter(({ type, inputs }) => !CLUSTER_SCOPED.has(type) && namespaceOf(inputs) === name);
}

function namespaceOf(inputs: Properties): string {
  return textAt(inputs, "metadata.namespace") ?? textAt(inputs, "namespace") ?? "default";
}

function replicas(inputs: Properties): number {
  const spec = inputs["spec"];
  const wanted = typeof spec === "object" && spec !== null && !Array.isArray(spec) ? spec["replicas"] : undefined;
  return typeof wanted === "number" ? wanted : 1;
}

/** From k3s's default service range. */
function clusterIp(id: string): string {
  const host = numberOf(id, 2 ** 16 - 2) + 1;
  return `10.43.${host >> 8}.${host & 255}`;
}

/** `deployments.apps`, as the API server writes a resource. */
function plural(inputs: Properties): string {
  const group = (textAt(inputs, "apiVersion") ?? "").split("/").slice(0, -1).join("");
  const kind = (textAt(inputs, "kind") ?? "object").toLowerCase();
  const name = kind.endsWith("y") ? `${kind.slice(0, -1)}ies` : kind.endsWith("s") ? `${kind}es` : `${kind}s`;
  return group === "" ? name : `${name}.${group}`;
}
