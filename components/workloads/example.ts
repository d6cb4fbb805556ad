import type { z } from "zod";
import type {
  BuildContext,
  Consumer,
  DefinedWorkload,
  Handle,
  Need,
  ServedModel,
  Workload,
  WorkloadKind,
} from "./contract.ts";
import type { RegisteredKind } from "./extensions.ts";
import { handleOf, type Neighbour, neighbourOf } from "./neighbour.ts";
import { registry } from "./registry.ts";

const DIGEST = "0".repeat(64);

/**
 * Builds a definition in surroundings made up for it: every image in the lock, each need fulfilled, each model that it
 * serves in the catalogue. For its test and its page in the documents.
 *
 * @param fields Own fields of the entry; the definition's example unless given.
 * @param surroundings What is to be other than made up; an `undefined` need is not fulfilled.
 */
export function buildExample<Shape extends z.ZodRawShape, Needs extends Readonly<Record<string, Need>>>(
  definition: DefinedWorkload<string, Shape, Needs>,
  fields: z.input<z.ZodObject<Shape>> | undefined = undefined,
  surroundings: Partial<BuildContext> = {},
): Workload {
  return buildKind(definition, fields, registry, surroundings);
}

/** A consumer of a port of the definition, as {@link buildExample} makes up its surroundings. */
export function exampleConsumer(kind: WorkloadKind, workload: string, port: string): Consumer {
  const handle = handleOf(neighbour(kind), port, neighbour({ ...kind, kind: workload }));
  return { workload, team: "example", port, handle };
}

/** The same for a definition of which only the contract is known. */
export const buildKind = (
  kind: WorkloadKind,
  fields: object = kind.example,
  kinds: readonly RegisteredKind[] = registry,
  surroundings: Partial<BuildContext> = {},
): Workload => {
  const context = contextFor(kind, fields, kinds);
  return kind.build(fields, { ...context, ...surroundings, needs: { ...context.needs, ...surroundings.needs } });
};

const contextFor = (kind: WorkloadKind, fields: object, kinds: readonly RegisteredKind[]): BuildContext => ({
  name: kind.kind,
  team: "example",
  dataClass: "internal",
  environment: "example",
  production: true,
  runtime: kind.runtimes[0] ?? "kubernetes",
  gpuProfile: { kind: "whole" },
  image: (name) => `registry.example.org/${name}@sha256:${DIGEST}`,
  models: Object.fromEntries(kind.serves(fields).map((name) => [name, model(name)])),
  needs: Object.fromEntries(Object.entries(kind.needs).map(([name, need]) => [name, handle(kind, need, kinds)])),
  consumers: [],
  fleet: [],
  teams: {},
  monthlyEuros: undefined,
  targets: {},
});

const model = (name: string): ServedModel => ({
  name,
  engine: "ollama",
  reference: name,
  weightsGiB: 2,
  contextTokens: 4096,
  contextKiBPerToken: 112,
  tier: "small",
  dataClass: "internal",
  fallbacks: [],
  server: undefined,
});

function handle(viewer: WorkloadKind, { kind: wanted, port: name }: Need, kinds: readonly RegisteredKind[]): Handle {
  const [kind = ""] = typeof wanted === "string" ? [wanted] : wanted;
  const definition = kinds.find((candidate) => candidate.kind === kind);
  if (definition === undefined) throw new Error(`no kind ${kind} is registered`);
  return handleOf(neighbour(definition), name, neighbour(viewer));
}

/** An entry of the kind under the kind's name. */
const neighbour = (kind: WorkloadKind): Neighbour =>
  neighbourOf(
    kind.kind,
    { kind: kind.kind, team: "example", pool: "example", dataClass: "internal", ...kind.example },
    { ...kind, file: "" },
    FACTS,
    {},
  );

const FACTS = {
  environment: { name: "example", purpose: "production" },
  mesh: { tailnet: "example.ts.net" },
  pools: {},
  workloads: {},
  models: {},
  budget: {},
};
