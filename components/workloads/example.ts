import type { z } from "zod";
import type { BuildContext, DefinedWorkload, Handle, Need, ServedModel, Workload, WorkloadKind } from "./contract.ts";
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
export const buildKind = (kind: WorkloadKind, fields: object = kind.example): Workload =>
  kind.build(fields, contextFor(kind, fields));

const contextFor = (kind: WorkloadKind, fields: object): BuildContext => ({
  name: kind.kind,
  environment: "example",
  image: (name) => `registry.example.org/${name}@sha256:${DIGEST}`,
  models: Object.fromEntries(kind.serves(fields).map((name) => [name, model(name)])),
  needs: Object.fromEntries(Object.entries(kind.needs).map(([name, need]) => [name, handle(need)])),
});

const model = (name: string): ServedModel => ({
  name,
  reference: name,
  weightsGiB: 2,
  contextTokens: 4096,
  contextKiBPerToken: 112,
  tier: "small",
  server: undefined,
});

function handle({ kind, port: name }: Need): Handle {
  const {
    port = 80,
    protocol = "TCP",
    credentials,
  } = registry.find((candidate) => candidate.kind === kind)?.ports[name] ?? {};
  const host = `${kind}.team-example.svc.cluster.local`;
  const url = `http://${host}:${port}`;
  return {
    workload: kind,
    team: "example",
    port,
    protocol,
    host,
    url,
    ...(credentials === undefined ? {} : { credentials }),
  };
}
