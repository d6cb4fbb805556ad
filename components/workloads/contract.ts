import { z } from "zod";

/** Who may reach a port: pods that declare a need, mesh devices with a grant, everybody through the edge, or operators. */
export type Audience = "cluster" | "mesh" | "public" | "admin";

export interface Port {
  readonly port: number;
  readonly audience: Audience;
  readonly protocol?: "TCP" | "UDP";
}

/** One port of a running workload: what another one needs to reach it. Created by the runtime, never by hand. */
export interface Handle {
  readonly workload: string;
  readonly team: string;
  readonly port: number;
  readonly protocol: "TCP" | "UDP";
  /** Host name within the fleet. */
  readonly host: string;
  /** `http://host:port`. */
  readonly url: string;
}

/** A secret that Vault issues. `key` is the field within the secret at `<mount>/<environment>/<workload>/<name>`. */
export interface SecretDeclaration {
  /** How it is rotated: `generated` by us on schedule, `provided` by an outside party, `immutable` for a key that must never change. */
  readonly class: "generated" | "provided" | "immutable";
  readonly keys: readonly string[];
}

export interface SecretReference {
  readonly secret: string;
  readonly key: string;
}

export interface Probe {
  readonly path: string;
  readonly port: number;
  readonly periodSeconds: number;
  readonly failureThreshold: number;
}

export interface Container {
  readonly image: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string | SecretReference>>;
  readonly cpu: { readonly request: number; readonly limit?: number };
  /** Mebibytes; request and limit are equal unless a higher limit is stated. */
  readonly memoryMiB: { readonly request: number; readonly limit?: number };
  readonly gpus?: number;
  /** `startup` gives a slow start its grace; `liveness` never fires before it has passed. */
  readonly probes?: { readonly startup?: Probe; readonly readiness: Probe; readonly liveness: Probe };
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
}

export interface Alert {
  readonly name: string;
  readonly expression: string;
  readonly forMinutes: number;
  readonly summary: string;
}

/** What `build` returns: data from which both runtimes, the policies, the scrape rules and the bill are derived. */
export interface Workload {
  readonly replicas: number;
  readonly container: Container;
  /** Files by absolute path; a change rolls the pods. */
  readonly files?: Readonly<Record<string, string>>;
  readonly volumes?: Readonly<Record<string, Volume>>;
  readonly secrets?: Readonly<Record<string, SecretDeclaration>>;
  readonly needs?: readonly Handle[];
  /** Hosts outside the fleet, reached through the egress proxy only. */
  readonly egress?: readonly { readonly host: string; readonly port: number; readonly purpose: string }[];
  readonly metrics?: { readonly port: number; readonly path: string };
  readonly alerts?: readonly Alert[];
  /** Runs once for each change of its definition, after the workload is ready. */
  readonly jobs?: Readonly<Record<string, Container>>;
}

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

/** What a definition may ask of its surroundings; everything in it is plain data. */
export interface BuildContext {
  readonly name: string;
  readonly environment: string;
  /** Digest-pinned reference of an image in the lock. */
  image(name: string): string;
  readonly models: Readonly<Record<string, ServedModel>>;
}

export interface WorkloadDefinition<Kind extends string, Shape extends z.ZodRawShape> {
  readonly kind: Kind;
  readonly summary: string;
  readonly runtimes: readonly ("kubernetes" | "compose")[];
  readonly ports: Readonly<Record<string, Port>>;
  /** The definition's own fields in the environment file. */
  readonly spec: Shape;
  /** Names of the catalogue's models that an entry serves on its port `api`; left out by most kinds. */
  readonly serves?: (spec: z.output<z.ZodObject<Shape>>) => readonly string[];
  readonly build: (spec: z.output<z.ZodObject<Shape>>, context: BuildContext) => Workload;
}

/** A definition as shared code sees it: it answers for an entry of the environment file, whatever its kind. */
export interface WorkloadKind {
  readonly kind: string;
  readonly summary: string;
  readonly runtimes: readonly ("kubernetes" | "compose")[];
  readonly ports: Readonly<Record<string, Port>>;
  readonly spec: z.ZodRawShape;
  serves(entry: object): readonly string[];
  build(entry: object, context: BuildContext): Workload;
}

/** Declares a kind of workload. A new one is a file with this call and a line in `registry.ts`. */
export function defineWorkload<const Kind extends string, Shape extends z.ZodRawShape>(
  definition: WorkloadDefinition<Kind, Shape>,
): WorkloadKind & { readonly kind: Kind; readonly spec: Shape } {
  const schema = z.object(definition.spec);
  return {
    ...definition,
    serves: (entry) => definition.serves?.(schema.parse(entry)) ?? [],
    build: (entry, context) => definition.build(schema.parse(entry), context),
  };
}
