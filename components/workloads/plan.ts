import type { BuildContext, Handle, ServedModel, Workload, WorkloadKind } from "./contract.ts";
import { registry } from "./registry.ts";

/** One entry of the environment's `workloads` section; the kind's own fields stand beside these. */
export interface WorkloadEntry {
  readonly kind: string;
  readonly team: string;
  readonly pool: string;
  readonly dataClass: string;
  readonly [field: string]: unknown;
}

/** The parts of an environment and its lock that workloads are built from. */
export interface WorkloadFacts {
  readonly environment: { readonly name: string };
  readonly workloads: Readonly<Record<string, WorkloadEntry>>;
  readonly models: Readonly<Record<string, Omit<ServedModel, "name" | "server">>>;
}

export interface PlannedWorkload {
  readonly name: string;
  readonly entry: WorkloadEntry;
  readonly definition: WorkloadKind;
  /** Its ports as others reach them. */
  readonly handles: Readonly<Record<string, Handle>>;
  readonly workload: Workload;
}

/** Namespace of a team in the cluster. */
export const namespaceOf = (team: string): string => `team-${team}`;

/**
 * Builds every workload of an environment: pure data, no resource.
 *
 * @param images Digest-pinned references by name, from the lock.
 * @throws Error if an entry's kind is unknown or the lock lacks an image, naming the entry and the fix.
 */
export function planWorkloads(facts: WorkloadFacts, images: Readonly<Record<string, string>>): PlannedWorkload[] {
  const entries = Object.entries(facts.workloads).map(([name, entry]) => {
    const definition = definitionOf(name, entry);
    return { name, entry, definition, handles: handlesOf(name, entry, definition) };
  });
  const models = Object.fromEntries(
    Object.entries(facts.models).map(([name, model]) => {
      const server = entries.find(({ definition, entry }) => definition.serves(entry).includes(name));
      return [name, { ...model, name, server: server?.handles["api"] }];
    }),
  );
  return entries.map((planned) => {
    const context: BuildContext = {
      name: planned.name,
      environment: facts.environment.name,
      models,
      image: (image) => {
        const reference = images[image];
        if (reference === undefined) {
          throw new Error(`workloads.${planned.name} needs the image ${image}, which the lock does not have; run \`npm run resolve\``);
        }
        return reference;
      },
    };
    return { ...planned, workload: planned.definition.build(planned.entry, context) };
  });
}

function definitionOf(name: string, entry: WorkloadEntry): WorkloadKind {
  const definition = registry.find(({ kind }) => kind === entry.kind);
  if (definition === undefined) {
    throw new Error(`workloads.${name}.kind is ${entry.kind}; expected one of ${registry.map(({ kind }) => kind).join(", ")}`);
  }
  return definition;
}

function handlesOf(name: string, { team }: WorkloadEntry, { ports }: WorkloadKind): Record<string, Handle> {
  const host = `${name}.${namespaceOf(team)}.svc.cluster.local`;
  return Object.fromEntries(
    Object.entries(ports).map(([port, { port: number, protocol = "TCP" }]) => [
      port,
      { workload: name, team, port: number, protocol, host, url: `http://${host}:${number}` },
    ]),
  );
}
