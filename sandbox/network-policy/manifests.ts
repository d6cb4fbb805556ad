import { z } from "zod";
import type { Row, Value } from "../../policies/row.ts";
import { RELEASE } from "../twin/kinds/kubernetes/manifest.ts";
import { madeOf } from "../twin/kinds/kubernetes/operators/registry.ts";
import { chartObjects } from "../twin/kinds/kubernetes/release.ts";
import type { Properties } from "../twin/protocol/values.ts";
import { PROTOCOLS } from "./flow.ts";

const text = z.record(z.string(), z.string());
const labels = text.default({});
const named = z.object({ name: z.string(), namespace: z.string(), labels });

// The forms of a policy on which cyclonus and Kubernetes agree. `NotIn` and empty label values are among those on which
// they do not.
const selector = z.strictObject({ matchLabels: z.record(z.string(), z.string().min(1)).optional() });
const block = z.strictObject({ cidr: z.cidrv4(), except: z.array(z.cidrv4()).optional() });
const peers = z
  .array(
    z.strictObject({
      ipBlock: block.optional(),
      namespaceSelector: selector.optional(),
      podSelector: selector.optional(),
    }),
  )
  .optional();
const ports = z
  .array(
    z.strictObject({ port: z.int().optional(), endPort: z.int().optional(), protocol: z.enum(PROTOCOLS).optional() }),
  )
  .optional();
const policySpec = z.strictObject({
  podSelector: selector,
  policyTypes: z.array(z.enum(["Ingress", "Egress"])).min(1),
  ingress: z.array(z.strictObject({ from: peers, ports })).optional(),
  egress: z.array(z.strictObject({ to: peers, ports })).optional(),
});

const template = z.object({
  metadata: z.object({ labels }),
  spec: z.object({ hostNetwork: z.boolean().default(false) }),
});
const namespace = z.object({ metadata: z.object({ name: z.string(), labels }) });
const controller = z.object({ metadata: named, spec: z.object({ template }) });
const cronJob = z.object({
  metadata: named,
  spec: z.object({ jobTemplate: z.object({ spec: z.object({ template }) }) }),
});
const service = z.object({
  metadata: named,
  spec: z.object({
    selector: labels,
    ports: z
      .array(
        z.object({
          port: z.int(),
          targetPort: z.union([z.int(), z.string()]).optional(),
          protocol: z.enum(PROTOCOLS).default("TCP"),
        }),
      )
      .default([]),
  }),
});
const policy = z.object({ metadata: named, spec: policySpec });
const object = z.looseObject({ apiVersion: z.string(), kind: z.string() });

/** A Kubernetes object as its manifest says, recorded or read from an API server. */
export type KubernetesObject = z.output<typeof object>;

/** Pods that one template makes. */
export interface PodGroup {
  readonly namespace: string;
  /** The controller's name. */
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** True for pods that have their node's address, to which no policy applies. */
  readonly hostNetwork: boolean;
}

export interface Service {
  readonly namespace: string;
  readonly name: string;
  readonly selector: Readonly<Record<string, string>>;
  readonly ports: z.output<typeof service>["spec"]["ports"];
}

export interface NetworkPolicy {
  readonly apiVersion: "networking.k8s.io/v1";
  readonly kind: "NetworkPolicy";
  readonly metadata: { readonly namespace: string; readonly name: string };
  readonly spec: z.output<typeof policySpec>;
}

/** What decides which connections a cluster lets through. */
export interface Manifests {
  /** Labels by namespace. */
  readonly namespaces: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly pods: readonly PodGroup[];
  readonly services: readonly Service[];
  readonly policies: readonly NetworkPolicy[];
}

/** The Kubernetes objects among the rows of a plan, and what operators and charts make of them. */
export function objectsOf(rows: readonly Row[]): KubernetesObject[] {
  const own = rows.filter(({ type }) => type.startsWith("kubernetes:"));
  const read = (inputs: Readonly<Record<string, unknown>>): KubernetesObject[] => {
    const { data } = object.safeParse(inputs);
    return data === undefined ? [] : [data];
  };
  return own.flatMap(({ type, inputs }) =>
    type === RELEASE
      ? chartObjects(inputs as Properties).flatMap(read)
      : [...read(inputs), ...madeOf(inputs as Properties).flatMap((made) => read(withOwnersName(made, inputs)))],
  );
}

/** Flows name the workload, as its custom resource does; an operator may make several controllers of one. */
function withOwnersName(made: Properties, { metadata }: Row["inputs"]): Properties {
  const { data } = named.pick({ name: true }).safeParse(metadata);
  return data === undefined ? made : { ...made, metadata: { ...(made["metadata"] as Properties), name: data.name } };
}

/**
 * Sorts out the objects that decide about connections.
 *
 * @throws Error naming the object and the property, for a policy of a form that cannot be judged
 */
export function manifestsOf(objects: readonly KubernetesObject[]): Manifests {
  const namespaces: Record<string, Record<string, string>> = {};
  const pods: PodGroup[] = [];
  const services: Service[] = [];
  const policies: NetworkPolicy[] = [];
  const podGroup = (
    { name, namespace }: z.output<typeof named>,
    { metadata, spec }: z.output<typeof template>,
  ): PodGroup => ({
    namespace,
    name,
    labels: metadata.labels,
    hostNetwork: spec.hostNetwork,
  });
  for (const candidate of objects) {
    switch (`${candidate.apiVersion} ${candidate.kind}`) {
      case "v1 Namespace": {
        const { metadata } = read(namespace, candidate);
        namespaces[metadata.name] = metadata.labels;
        break;
      }
      case "apps/v1 Deployment":
      case "apps/v1 StatefulSet":
      case "apps/v1 DaemonSet":
      case "batch/v1 Job": {
        const { metadata, spec } = read(controller, candidate);
        pods.push(podGroup(metadata, spec.template));
        break;
      }
      case "batch/v1 CronJob": {
        const { metadata, spec } = read(cronJob, candidate);
        pods.push(podGroup(metadata, spec.jobTemplate.spec.template));
        break;
      }
      case "v1 Service": {
        const { metadata, spec } = read(service, candidate);
        services.push({ namespace: metadata.namespace, name: metadata.name, ...spec });
        break;
      }
      case "networking.k8s.io/v1 NetworkPolicy": {
        const { metadata, spec } = read(policy, candidate);
        const identity = { namespace: metadata.namespace, name: metadata.name };
        policies.push({ apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", metadata: identity, spec });
        break;
      }
    }
  }
  return { namespaces, pods, services, policies };
}

function read<Schema extends z.ZodType>(schema: Schema, candidate: KubernetesObject): z.output<Schema> {
  const result = schema.safeParse(candidate);
  if (result.success) return result.data;
  const { metadata } = candidate as { metadata?: { namespace?: Value; name?: Value } };
  const name = [metadata?.namespace, metadata?.name].filter((part) => typeof part === "string").join("/");
  const problems = result.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; ");
  throw new Error(`${candidate.kind} ${name} cannot be judged: ${problems}`);
}
