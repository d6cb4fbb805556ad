import type { Input } from "@pulumi/pulumi";
import type { ComposeOverride } from "../../runtime/compose/override.ts";
import type { KubernetesOverride } from "../../runtime/kubernetes/override.ts";
import type { Container } from "./container.ts";
import type { Handle, SecretDeclaration, SecretReference } from "./ports.ts";

/** How a volume's content is copied away and brought back. */
export interface Backup {
  readonly everyHours: number;
  /** How long a copy is kept: never longer than what it is a copy of. */
  readonly keepDays: number;
  /**
   * Writes a copy to the object store, reading through the workload's own ports, and removes those that are too old.
   * Left out, the volume's files are copied. Where to, and with which credentials, stands in its environment:
   * `BACKUP_REPOSITORY` as restic writes it, `AWS_ENDPOINT_URL`, `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`,
   * `RESTIC_PASSWORD` and `BACKUP_KEEP_DAYS`.
   */
  readonly save?: Container;
  /** Brings the newest copy back, or the one that `RESTORE_AT` names; goes with `save`. */
  readonly restore?: Container;
  /** True if both find the volume at its path, while a pod of the workload has it. */
  readonly mounts?: true;
}

export interface Volume {
  readonly path: string;
  readonly sizeGiB: number;
  /** False for what can be fetched again or missed, such as model weights and traces: no backup, lost with its node. */
  readonly keep: boolean;
  /** Age at which what it holds is deleted. Needed where a kept volume holds personal data. */
  readonly retentionDays?: number;
  /** How long copies are kept that the workload or its operator makes by itself, beside `backup`. */
  readonly archiveDays?: number;
  readonly backup?: Backup;
}

/** How everything about one person is removed; `SUBJECT` is the person's id in the container's environment. */
export type Erasure = { readonly job: Container } | { readonly impossible: string };

/** Pods that come and go with the work. */
export interface Scaling {
  /** 0 only if it scales by a queue or a metric: an idle pod uses no processor to scale by. */
  readonly minimum: number;
  readonly maximum: number;
  readonly by:
    /** Mean share of the processor request. */
    | { readonly kind: "cpu"; readonly share: number }
    /** Length of a list in a Redis or Valkey. */
    | { readonly kind: "queue"; readonly server: Handle; readonly list: string; readonly perReplica: number }
    /** Answer of Prometheus to a query. */
    | { readonly kind: "metric"; readonly server: Handle; readonly query: string; readonly perReplica: number };
  /** Idle time before it goes from one pod to none; 300 seconds unless stated. */
  readonly cooldownSeconds?: number;
}

/** What the pods of a workload have that an operator makes: the fleet knows it, the operator has to be told. */
export interface OperatedPods {
  /** Who pays for them and whose they are. */
  readonly labels: Readonly<Record<string, string>>;
  readonly nodeSelector: Readonly<Record<string, string>>;
  readonly tolerations: readonly object[];
  readonly priorityClassName: Input<string>;
}

/** An object that an operator of the cluster makes pods of. */
export interface CustomResource {
  readonly apiVersion: string;
  readonly kind: string;
  /** Left out for the one that bears the workload's name. */
  readonly name?: string;
  /** Checked by the operator's own definition. A function of the pods' facts where the operator makes pods of it. */
  readonly spec: object | ((pods: OperatedPods) => object);
}

/** A port of hosts outside the fleet. */
export interface InternetPort {
  readonly port: number;
  readonly protocol: "TCP" | "UDP";
  readonly purpose: string;
}

/** A directory of the node that an agent may write to: where device plugins and the kubelet meet. */
export type SocketPath = "/var/lib/kubelet/device-plugins";

/** What workloads of every form state. */
interface Pods {
  readonly container: Container;
  /** Containers that run beside it in every pod, by name. */
  readonly sidecars?: Readonly<Record<string, Container>>;
  /** Containers that must have ended well before the others start, in this order. */
  readonly prepare?: Readonly<Record<string, Container>>;
  /** Files by absolute path; a change rolls the pods. */
  readonly files?: Readonly<Record<string, string>>;
  /** Files whose content is a secret, by absolute path. */
  readonly secretFiles?: Readonly<Record<string, SecretReference>>;
  readonly secrets?: Readonly<Record<string, SecretDeclaration>>;
  /** Handles that it found by itself in the context, such as servers of models; the definition's `needs` are added. */
  readonly needs?: readonly Handle[];
  /** Directories of the node that it reads, each found below `/host`; for agents of a node only. */
  readonly hostPaths?: readonly string[];
  /** Directories of the node in which it keeps sockets for the kubelet, at their own paths; for agents of a node only. */
  readonly socketPaths?: readonly SocketPath[];
  /** True if it sees every GPU of its node without asking for one; for agents of a node only. */
  readonly seesGpus?: true;
  /** TCP ports at which its pods reach each other, as members of one cluster do. */
  readonly peers?: readonly number[];
  /**
   * Ports at which its pods reach any host of the internet by themselves: for what stands at the fleet's border, and can
   * not go through an HTTP proxy. All others declare `egress`. A rule knows the kinds that may.
   */
  readonly internet?: readonly InternetPort[];
  /** A file with a token of its account for somebody outside the cluster, who trusts the cluster to say who it is. */
  readonly identity?: { readonly path: string; readonly audience: string };
  /** What it may ask the API server, in every namespace; nothing unless stated. */
  readonly clusterAccess?: readonly ApiAccess[];
  /** What it may ask the API server, in its team's namespace only; nothing unless stated. */
  readonly namespaceAccess?: readonly ApiAccess[];
  /** Who goes first where there is no room for all; `production` for what runs all the time, else `batch`. */
  readonly priority?: "platform" | "production" | "batch";
  readonly erasure?: Erasure;
  /** Last changes to what a runtime makes of it. The rules judge the result. */
  readonly override?: { readonly kubernetes?: KubernetesOverride; readonly compose?: ComposeOverride };
}

export interface ApiAccess {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

/** Runs all the time, in as many pods as it says. With volumes, each pod has its own. */
export interface Service extends Pods {
  readonly form?: "service";
  readonly replicas: number | Scaling;
  readonly volumes?: Readonly<Record<string, Volume>>;
  /** Each runs once for each change of its definition, after the workload is ready. */
  readonly jobs?: Readonly<Record<string, Container>>;
}

/**
 * Runs all the time, in pods that an operator makes of custom resources. `container`, `replicas` and `volumes` state
 * what one pod asks for: the operator decides the rest, and plan, rules and rehearsal go by these facts.
 */
export interface Operated extends Pods {
  readonly form: "operated";
  /** Operator of the cluster, such as `cloudnative-pg`. */
  readonly operator: string;
  readonly resources: readonly CustomResource[];
  /** Labels that the operator puts on the pods which serve the ports. */
  readonly podLabels: Readonly<Record<string, string>>;
  /** Labels of secrets by which the operator sees that they were rotated. */
  readonly secretLabels?: Readonly<Record<string, string>>;
  /** Labels of every pod that it makes, where not all of them serve; `podLabels` unless stated. */
  readonly memberLabels?: Readonly<Record<string, string>>;
  /** TCP ports at which the operator looks after the pods. */
  readonly operatorPorts?: readonly number[];
  /** True if the pods ask the API server, with an account that the operator gives them. */
  readonly asksApiServer?: true;
  readonly replicas: number;
  /** Further pods that the operator adds while there is work for them, down to none. */
  readonly workers?: { readonly container: Container; readonly maximum: number };
  readonly volumes?: Readonly<Record<string, Volume>>;
  readonly jobs?: Readonly<Record<string, Container>>;
}

/** Keeps nothing but what it writes elsewhere, and has no number of pods to choose. */
interface Stateless extends Pods {
  readonly replicas?: never;
  readonly volumes?: never;
  readonly jobs?: never;
}

/** Runs all the time, in one pod on every node of its pool. */
export interface Daemon extends Stateless {
  readonly form: "daemon";
  /** True for a pod on every node of the cluster, whatever its taints; the pool then only pays for it. */
  readonly everyPool?: true;
}

/** Runs now and then, one pod at a time; serves no port. */
export interface Scheduled extends Stateless {
  readonly form: "scheduled";
  /** Five cron fields, in UTC. */
  readonly schedule: string;
  /** A run that takes longer is stopped. */
  readonly deadlineSeconds: number;
  /** New pods for a run whose pod failed. */
  readonly retries: number;
}

/** Runs once for each change of its definition, and nobody waits for its end; serves no port. */
export interface Batch extends Stateless {
  readonly form: "batch";
  /** A run that takes longer is stopped. */
  readonly deadlineSeconds: number;
  /** New pods for a run whose pod failed. */
  readonly retries: number;
}

/** What `build` returns: data from which both runtimes, the policies and the bill are derived. */
export type Workload = Service | Operated | Daemon | Scheduled | Batch;

/** Fewest and most pods of a workload, for one of its nodes if it has a pod on each. */
export function replicasOf({ replicas = 1 }: Workload): { readonly minimum: number; readonly maximum: number } {
  return typeof replicas === "number" ? { minimum: replicas, maximum: replicas } : replicas;
}
