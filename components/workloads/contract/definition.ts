import { z } from "zod";
import type { GpuProfile } from "../../compute/gpu-profile.ts";
import type { Alert, Indicator, Metrics, Panel, Targets } from "./observability.ts";
import type { Handle, Port } from "./ports.ts";
import type { Workload } from "./workload.ts";

/** A model of the environment's catalogue. */
export interface CatalogueModel {
  readonly name: string;
  /** `api` for a provider's model and `endpoint` for a rented server's; else the engine that serves it in the fleet. */
  readonly engine: string;
  /** Its name as the engine, the provider or the hub knows it. */
  readonly reference: string;
  readonly tier: string;
  readonly dataClass: string;
  readonly contextTokens: number;
  /** Of models that the fleet serves: size in memory, and key-value cache of one token. */
  readonly weightsGiB: number;
  readonly contextKiBPerToken: number;
  /** Of API models and of models on rented servers: whose they are. */
  readonly provider?: string | undefined;
  /** Of models on rented servers: where it answers, without the path. */
  readonly endpoint?: string | undefined;
  /** Of embedding models: length of a vector. */
  readonly dimensions?: number;
  /** Names of models that are asked, in this order, if it does not answer. */
  readonly fallbacks: readonly string[];
}

export interface ServedModel extends CatalogueModel {
  /** Where it is served in the fleet, or undefined if no workload serves it. */
  readonly server: Handle | undefined;
}

/**
 * A port of another workload that a definition relies on. The only workload of the kind is taken; among several the
 * entry chooses in its `needs`. Who has a need may reach the port.
 */
export interface Need {
  /** One kind, or several that serve the same: a workload of any of them will do. */
  readonly kind: string | readonly string[];
  /** Name of one of the kind's ports. */
  readonly port: string;
  /** True if it can do without: then there may be no workload of the kind. */
  readonly optional?: boolean;
}

/** The port that each need came to. */
export type Resolved<Needs extends Readonly<Record<string, Need>>> = {
  readonly [Name in keyof Needs]: Needs[Name] extends { readonly optional: true } ? Handle | undefined : Handle;
};

/** A host outside the fleet, reached through the egress proxy only. */
export interface Egress {
  readonly host: string;
  readonly port: number;
  readonly purpose: string;
  /**
   * Why a connection does not begin with TLS that names the host, as with STARTTLS. Left out, one that does not is ended:
   * only with it can the proxy compare the two names.
   */
  readonly withoutTls?: string;
}

/** A workload that has declared a need for this one. */
export interface Consumer {
  readonly workload: string;
  readonly team: string;
  /** Name of the port that it needs. */
  readonly port: string;
  /** The port as it reaches it, with its own number and credentials where they differ by consumer. */
  readonly handle: Handle;
}

/** What is known of a workload before any is built. */
export interface Member {
  readonly name: string;
  readonly kind: string;
  readonly team: string;
  readonly pool: string;
  readonly runtime: Runtime;
  readonly dataClass: string;
  readonly handles: Readonly<Record<string, Handle>>;
  readonly metrics: (Metrics & { readonly handle: Handle }) | undefined;
  readonly alerts: readonly Alert[];
  readonly panels: readonly Panel[];
  readonly indicators: readonly Indicator[];
  readonly egress: readonly Egress[];
  /** Public ports: under which host name the world reaches each. */
  readonly published: readonly { readonly hostname: string; readonly handle: Handle }[];
}

export type Runtime = "kubernetes" | "compose";

/** What a definition may ask of its surroundings; everything in it is plain data. */
export interface BuildContext<Needs = Readonly<Record<string, Handle | undefined>>> {
  readonly name: string;
  readonly team: string;
  readonly dataClass: string;
  readonly environment: string;
  /** False in development and staging. */
  readonly production: boolean;
  /** What the workload's pool runs. */
  readonly runtime: Runtime;
  /** How pods share the GPUs of the workload's pool; undefined where it has none. */
  readonly gpuProfile: GpuProfile | undefined;
  /** Digest-pinned reference of an image in the lock. */
  image(name: string): string;
  readonly models: Readonly<Record<string, ServedModel>>;
  /** By the names that the definition gives them. */
  readonly needs: Needs;
  /** Who has declared a need for it, by name. */
  readonly consumers: readonly Consumer[];
  /** Every workload of the environment, itself included, in the order of the file. */
  readonly fleet: readonly Member[];
  /** By team: what it may spend on models in a month, in euros; undefined without a limit. */
  readonly teams: Readonly<Record<string, { readonly monthlyEuros: number | undefined }>>;
  /** What all of the environment is expected to cost at most in a month, in euros; undefined without a limit. */
  readonly monthlyEuros: number | undefined;
  /** What the environment aims at. */
  readonly targets: Targets;
}

/** Fields that every entry has beside its kind's own. */
type CommonFields = { readonly [Field in "kind" | "team" | "pool" | "dataClass" | "needs" | "hostnames"]?: never };

/** Layers of an AI application, from the models to what keeps all of it running. */
export const LAYERS = ["inference", "orchestration", "retrieval", "data", "interface", "deployment"] as const;
export type Layer = (typeof LAYERS)[number];

/** What a kind states beside its own types: plain data, known before any workload is built. */
interface Facts {
  readonly summary: string;
  /** What of an application it is, for the view of cost by layer. @default "deployment": it serves to run the others */
  readonly layer?: Layer;
  /** What decides how much memory it asks for, in one sentence. */
  readonly memory: string;
  readonly runtimes: readonly Runtime[];
  readonly ports: Readonly<Record<string, Port>>;
  readonly metrics?: Metrics;
  /** Names of metrics that its runs send to Prometheus themselves, as one that has ended can not be asked. */
  readonly reports?: readonly string[];
  readonly alerts?: readonly Alert[];
  readonly panels?: readonly Panel[];
  /** Its figures on the fleet's scorecard. */
  readonly indicators?: readonly Indicator[];
  /** True for an agent that looks after its node: it may read the node's directories, and lives in a namespace of such. */
  readonly nodeAgent?: true;
  /** True for an agent that offers the GPUs of its pool's nodes to pods. */
  readonly offersGpus?: true;
  /**
   * For a kind with volumes that are backed up: whether it can do without an object store that takes the copies. Among
   * several stores the entry chooses in its `needs`, by the name `backup`.
   */
  readonly backups?: "required" | "optional";
}

export interface WorkloadDefinition<
  Kind extends string,
  Shape extends z.ZodRawShape,
  Needs extends Readonly<Record<string, Need>>,
> extends Facts {
  /** Lower-case words with hyphens; the name of the definition's file. */
  readonly kind: Kind;
  readonly needs?: Needs;
  /** The definition's own fields in the environment file. */
  readonly spec: Shape & CommonFields;
  /** Own fields of an entry as documents show it; to be stated where a field has no default. */
  readonly example?: z.input<z.ZodObject<Shape>>;
  /** Names of the catalogue's models that an entry serves on its port `api`; left out by most kinds. */
  readonly serves?: (spec: z.output<z.ZodObject<Shape>>) => readonly string[];
  /** Hosts outside the fleet that an entry reaches, and why. */
  readonly egress?: (
    spec: z.output<z.ZodObject<Shape>>,
    models: Readonly<Record<string, CatalogueModel>>,
  ) => readonly Egress[];
  /**
   * Host outside the fleet at which the ports of an entry answer: a service that somebody else runs. What `build` returns
   * then only prepares it. Who needs it reaches it through the egress proxy.
   */
  readonly outside?: (spec: z.output<z.ZodObject<Shape>>) => string;
  /** Of an object store: the bucket in which it takes copies of other workloads' volumes, at its port `s3`. */
  readonly backupBucket?: (spec: z.output<z.ZodObject<Shape>>) => string;
  readonly build: (spec: z.output<z.ZodObject<Shape>>, context: BuildContext<Resolved<Needs>>) => Workload;
}

/** A definition as shared code sees it: it answers for an entry of the environment file, whatever its kind. */
export interface WorkloadKind extends Facts {
  readonly kind: string;
  readonly needs: Readonly<Record<string, Need>>;
  readonly spec: z.ZodRawShape;
  readonly example: object;
  serves(entry: object): readonly string[];
  egress(entry: object, models: Readonly<Record<string, CatalogueModel>>): readonly Egress[];
  outside(entry: object): string | undefined;
  backupBucket?(entry: object): string;
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
  egress(entry: z.input<z.ZodObject<Shape>>, models: Readonly<Record<string, CatalogueModel>>): readonly Egress[];
  outside(entry: z.input<z.ZodObject<Shape>>): string | undefined;
  backupBucket?(entry: z.input<z.ZodObject<Shape>>): string;
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
  const { backupBucket, ...facts } = definition;
  return {
    ...facts,
    needs: definition.needs ?? {},
    example: definition.example ?? {},
    serves: (entry) => definition.serves?.(schema.parse(entry)) ?? [],
    egress: (entry, models) => definition.egress?.(schema.parse(entry), models) ?? [],
    outside: (entry) => definition.outside?.(schema.parse(entry)),
    ...(backupBucket === undefined ? {} : { backupBucket: (entry) => backupBucket(schema.parse(entry)) }),
    build: (entry, context) => definition.build(schema.parse(entry), context),
  };
}
