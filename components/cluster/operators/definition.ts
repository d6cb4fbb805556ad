import type * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

export interface OperatorImage {
  readonly repository: string;
  readonly tag: string;
  /** `sha256:...` of the index for all architectures; undefined where nobody could be found who states it. */
  readonly digest: string | undefined;
}

export interface OperatorContainer {
  readonly image: OperatorImage;
  /** Cores. */
  readonly cpu: { readonly request: number; readonly limit: number };
  readonly memoryMiB: { readonly request: number; readonly limit: number };
}

export interface OperatorPods {
  readonly replicas: number;
  readonly containers: Readonly<Record<string, OperatorContainer>>;
}

/** What an operator is told about the environment. */
export interface OperatorSettings {
  /** The pool whose nodes it runs on. */
  readonly pool: string;
  /** Name of the class of its pods, where its chart can give them one. */
  readonly priorityClass: pulumi.Input<string>;
  /** Vault as pods reach it. */
  readonly vaultAddress: string;
}

export type HelmValues = NonNullable<kubernetes.helm.v3.ReleaseArgs["values"]>;

/**
 * An operator of the cluster: a pinned Helm chart, and the facts that a chart hides. What takes room is written into the
 * release's values from the facts, so the facts hold.
 */
export interface OperatorDefinition {
  /** Of the operator and of its release. */
  readonly name: string;
  /** Name in {@link repository}, or an OCI reference. */
  readonly chart: string;
  readonly version: string;
  /** Left out for an OCI reference. */
  readonly repository?: string;
  /** By the role of the pods. */
  readonly pods: Readonly<Record<string, OperatorPods>>;
  /** Ports at which the API server asks it: about objects of its kinds, or for metrics. */
  readonly apiServerPorts: readonly number[];
  /** API group of its objects, for one that is needed wherever a workload has such objects. */
  readonly apiGroup?: string;
  /** What must be there before it. @default [] */
  readonly needs?: readonly OperatorDefinition[];
  /** Pods of an operator that ask its pods. */
  readonly askedBy?: { readonly operator: string; readonly ports: readonly number[] };
  readonly values: (settings: OperatorSettings) => HelmValues;
}

/** For charts that write image and tag one after the other. */
export const tagOf = ({ tag, digest }: OperatorImage): string => (digest === undefined ? tag : `${tag}@${digest}`);

export const imageOf = (image: OperatorImage): string => `${image.repository}:${tagOf(image)}`;

/** As Kubernetes wants them. */
export const resourcesOf = ({ cpu, memoryMiB }: OperatorContainer) => ({
  requests: { cpu: String(cpu.request), memory: `${memoryMiB.request}Mi` },
  limits: { cpu: String(cpu.limit), memory: `${memoryMiB.limit}Mi` },
});

export const nodeSelectorOf = ({ pool }: OperatorSettings): Record<string, string> => ({ "splitfleet/pool": pool });
