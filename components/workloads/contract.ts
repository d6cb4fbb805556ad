import { z } from "zod";
import type { KubernetesOverride } from "../runtime/kubernetes/override.ts";

/**
 * Who may reach a port, beside the workloads that declare a need for it and the workload's own jobs, which always may:
 *
 * - `cluster`: nobody.
 * - `mesh`: devices of the mesh. The network policy lets the mesh's whole range in; the tailnet's grants say which.
 * - `public`: everybody, under the host name that the entry gives in `hostnames`, and through the edge only: to the
 *   network policy the edge is a workload that declares a need.
 * - `admin`: operators, by `kubectl port-forward`, which comes from the node itself and passes no network policy.
 */
export type Audience = "cluster" | "mesh" | "public" | "admin";

export interface Port {
  readonly port: number;
  readonly audience: Audience;
  readonly protocol?: "TCP" | "UDP";
  /** Name of the workload's secret that callers log in with; see {@link credential}. */
  readonly credentials?: string;
}

/** One port of a running workload: what another one needs to reach it. Created by the plan, never by hand. */
export interface Handle {
  readonly workload: string;
  readonly team: string;
  readonly port: number;
  readonly protocol: "TCP" | "UDP";
  /** Host name within the fleet. */
  readonly host: string;
  /** `http://host:port`. */
  readonly url: string;
  /** Name of the secret that callers log in with. */
  readonly credentials?: string;
}

/** A secret that Vault issues. `key` is the field within the secret at `<mount>/<environment>/<workload>/<name>`. */
export interface SecretDeclaration {
  /**
   * How it is rotated: `generated` by us on schedule, `provided` by an outside party, `immutable` for a key that must
   * never change.
   */
  readonly class: "generated" | "provided" | "immutable";
  readonly keys: readonly string[];
}

export interface SecretReference {
  readonly secret: string;
  readonly key: string;
  /** The workload that declares the secret, if it is another one; made by {@link credential}. */
  readonly workload?: string;
}

/** A key of the secret that callers of a port log in with, for a container's `env`. @throws Error if there is none. */
export function credential({ workload, port, credentials }: Handle, key: string): SecretReference {
  if (credentials === undefined) throw new Error(`port ${port} of workload ${workload} names no \`credentials\``);
  return { workload, secret: credentials, key };
}

export interface Probe {
  readonly path: string;
  readonly port: number;
  readonly periodSeconds: number;
  readonly failureThreshold: number;
}

/** How a container ends. */
export interface Lifecycle {
  /** From the request to stop until the kill: as long as the longest piece of work that must be finished. */
  readonly graceSeconds: number;
  /** Part of the grace in which it serves on, because not everybody knows yet that it is going. */
  readonly drainSeconds?: number;
}

export interface Container {
  readonly image: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string | SecretReference>>;
  /** Cores. */
  readonly cpu: { readonly request: number; readonly limit?: number };
  /** Mebibytes; request and limit are equal unless a higher limit is stated. */
  readonly memoryMiB: { readonly request: number; readonly limit?: number };
  readonly gpus?: number;
  /** `startup` gives a slow start its grace; `liveness` never fires before it has passed. */
  readonly probes?: { readonly startup?: Probe; readonly readiness: Probe; readonly liveness: Probe };
  /** Left out, it has 30 seconds and drains none. */
  readonly lifecycle?: Lifecycle;
  /** Directories that must be writable although the root file system is not. */
  readonly scratch?: readonly string[];
  /** User id the image runs as; never 0. */
  readonly user: number;
}

export interface Volume {
  readonly path: string;
  readonly sizeGiB: number;
  /** False for what can be fetched again, such as model weights: no backup, and lost with its node. */
  readonly keep: boolean;
  /** Age at which what it holds is deleted. Needed where a kept volume holds personal data. */
  readonly retentionDays?: number;
  /** How often it is copied away, and how long a copy is kept: never longer than what it is a copy of. */
  readonly backup?: { readonly everyHours: number; readonly keepDays: number };
}

export interface Alert {
  readonly name: string;
  readonly expression: string;
  readonly forMinutes: number;
  readonly summary: string;
}

/** What workloads of every form state. */
interface Pods {
  readonly container: Container;
  /** Files by absolute path; a change rolls the pods. */
  readonly files?: Readonly<Record<string, string>>;
  readonly secrets?: Readonly<Record<string, SecretDeclaration>>;
  /** Handles that it found by itself in the context, such as servers of models; the definition's `needs` are added. */
  readonly needs?: readonly Handle[];
  /** Hosts outside the fleet, reached through the egress proxy only. */
  readonly egress?: readonly { readonly host: string; readonly port: number; readonly purpose: string }[];
  readonly metrics?: { readonly port: number; readonly path: string };
  readonly alerts?: readonly Alert[];
  /** Last changes to what a runtime makes of it. The rules judge the result. */
  readonly override?: { readonly kubernetes?: KubernetesOverride };
}

/** Runs all the time, in as many pods as it says. With volumes, each pod has its own. */
export interface Service extends Pods {
  readonly form?: "service";
  readonly replicas: number;
  readonly volumes?: Readonly<Record<string, Volume>>;
  /** Each runs once for each change of its definition, after the workload is ready. */
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

/** What `build` returns: data from which both runtimes, the policies, the scrape rules and the bill are derived. */
export type Workload = Service | Daemon | Scheduled | Batch;

export interface ServedModel {
  readonly name: string;
  readonly reference: string;
  readonly weightsGiB: number;
  readonly contextTokens: number;
  readonly contextKiBPerToken: number;
  readonly tier: string;
  /** The workload that serves it, or undefined if none does. */
  readonly server: Handle | undefined;
}

/**
 * A port of another workload that a definition relies on. The only workload of the kind is taken; among several the
 * entry chooses in its `needs`. Who has a need may reach the port.
 */
export interface Need {
  readonly kind: string;
  /** Name of one of the kind's ports. */
  readonly port: string;
  /** True if it can do without: then there may be no workload of the kind. */
  readonly optional?: boolean;
}

/** The port that each need came to. */
export type Resolved<Needs extends Readonly<Record<string, Need>>> = {
  readonly [Name in keyof Needs]: Needs[Name] extends { readonly optional: true } ? Handle | undefined : Handle;
};

/** What a definition may ask of its surroundings; everything in it is plain data. */
export interface BuildContext<Needs = Readonly<Record<string, Handle | undefined>>> {
  readonly name: string;
  readonly environment: string;
  /** Digest-pinned reference of an image in the lock. */
  image(name: string): string;
  readonly models: Readonly<Record<string, ServedModel>>;
  /** By the names that the definition gives them. */
  readonly needs: Needs;
}

export type Runtime = "kubernetes" | "compose";

/** Fields that every entry has beside its kind's own. */
type CommonFields = { readonly [Field in "kind" | "team" | "pool" | "dataClass" | "needs" | "hostnames"]?: never };

export interface WorkloadDefinition<
  Kind extends string,
  Shape extends z.ZodRawShape,
  Needs extends Readonly<Record<string, Need>>,
> {
  /** Lower-case words with hyphens; the name of the definition's file. */
  readonly kind: Kind;
  readonly summary: string;
  /** What decides how much memory it asks for, in one sentence. */
  readonly memory: string;
  readonly runtimes: readonly Runtime[];
  readonly ports: Readonly<Record<string, Port>>;
  readonly needs?: Needs;
  /** The definition's own fields in the environment file. */
  readonly spec: Shape & CommonFields;
  /** Own fields of an entry as documents show it; to be stated where a field has no default. */
  readonly example?: z.input<z.ZodObject<Shape>>;
  /** Names of the catalogue's models that an entry serves on its port `api`; left out by most kinds. */
  readonly serves?: (spec: z.output<z.ZodObject<Shape>>) => readonly string[];
  readonly build: (spec: z.output<z.ZodObject<Shape>>, context: BuildContext<Resolved<Needs>>) => Workload;
}

/** A definition as shared code sees it: it answers for an entry of the environment file, whatever its kind. */
export interface WorkloadKind {
  readonly kind: string;
  readonly summary: string;
  readonly memory: string;
  readonly runtimes: readonly Runtime[];
  readonly ports: Readonly<Record<string, Port>>;
  readonly needs: Readonly<Record<string, Need>>;
  readonly spec: z.ZodRawShape;
  readonly example: object;
  serves(entry: object): readonly string[];
  build(entry: object, context: BuildContext): Workload;
}

/** A definition as its own file and its test see it: with the types of its fields and needs. */
export interface DefinedWorkload<
  Kind extends string,
  Shape extends z.ZodRawShape,
  Needs extends Readonly<Record<string, Need>>,
> extends WorkloadKind {
  readonly kind: Kind;
  readonly spec: Shape;
  serves(entry: z.input<z.ZodObject<Shape>>): readonly string[];
  build(entry: z.input<z.ZodObject<Shape>>, context: BuildContext<Resolved<Needs>>): Workload;
}

/** Declares a kind of workload: a file with this call, listed in `registry.ts`, or in `extensions/workloads/`. */
export function defineWorkload<
  const Kind extends string,
  Shape extends z.ZodRawShape,
  // Without needs there is nothing to ask the context for.
  const Needs extends Readonly<Record<string, Need>> = Readonly<Record<never, Need>>,
>(definition: WorkloadDefinition<Kind, Shape, Needs>): DefinedWorkload<Kind, Shape, Needs> {
  const schema = z.object<Shape>(definition.spec);
  return {
    ...definition,
    needs: definition.needs ?? {},
    example: definition.example ?? {},
    serves: (entry) => definition.serves?.(schema.parse(entry)) ?? [],
    build: (entry, context) => definition.build(schema.parse(entry), context),
  };
}
