import type { z } from "zod";
import type { BuildContext, DefinedWorkload, Handle, Need, ServedModel, Workload, WorkloadKind } from "./contract.ts";
import type { RegisteredKind } from "./extensions.ts";
import { handleOf, neighbourOf } from "./neighbour.ts";
import { registry } from "./registry.ts";

const DIGEST = "0".repeat(64);

/**
 * Builds a definition in surroundings made up for it: every image in the lock, each need fulfilled, each model that it
 * serves in the catalogue. For its test and its page in the documents.
 *
 * @param fields Own fields of the entry; the definition's example unless given.
 */
export function buildExample<Shape extends z.ZodRawShape, Needs extends Readonly<Record<string, Need>>>(
  definition: DefinedWorkload<string, Shape, Needs>,
  fields?: z.input<z.ZodObject<Shape>>,
): Workload {
  return buildKind(definition, fields);
}

/** The same for a definition of which only the contract is known. */
export const buildKind = (
  kind: WorkloadKind,
  fields: object = kind.example,
  kinds: readonly RegisteredKind[] = registry,
): Workload => kind.build(fields, contextFor(kind, fields, kinds));

const contextFor = (kind: WorkloadKind, fields: object, kinds: readonly RegisteredKind[]): BuildContext => ({
  name: kind.kind,
  team: "example",
  dataClass: "internal",
  environment: "example",
  production: true,
  runtime: kind.runtimes[0] ?? "kubernetes",
  image: (name) => `registry.example.org/${name}@sha256:${DIGEST}`,
  models: Object.fromEntries(kind.serves(fields).map((name) => [name, model(name)])),
  needs: Object.fromEntries(Object.entries(kind.needs).map(([name, need]) => [name, handle(need, kinds)])),
  consumers: [],
  fleet: [],
  teams: {},
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

function handle({ kind: wanted, port: name }: Need, kinds: readonly RegisteredKind[]): Handle {
  const [kind = ""] = typeof wanted === "string" ? [wanted] : wanted;
  const definition = kinds.find((candidate) => candidate.kind === kind);
  if (definition === undefined) throw new Error(`no kind ${kind} is registered`);
  const entry = { kind, team: "example", pool: "example", dataClass: "internal" };
  return handleOf(neighbourOf(kind, entry, definition, FACTS), name);
}

const FACTS = {
  environment: { name: "example", purpose: "production" },
  mesh: { tailnet: "example.ts.net" },
  pools: {},
  workloads: {},
  models: {},
  budget: {},
};
