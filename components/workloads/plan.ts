import type { BuildContext, Handle, ServedModel, Workload } from "./contract.ts";
import type { RegisteredKind } from "./extensions.ts";
import { type Neighbour, resolveNeeds, type WorkloadProblem } from "./needs.ts";
import { registry } from "./registry.ts";

/** One entry of the environment's `workloads` section; the kind's own fields stand beside these. */
export interface WorkloadEntry {
  readonly kind: string;
  readonly team: string;
  readonly pool: string;
  readonly dataClass: string;
  /** Which workload to take for a need, where there are several. */
  readonly needs?: Readonly<Record<string, string | undefined>>;
  /** Under which name the world reaches each public port. */
  readonly hostnames?: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

/** The parts of an environment and its lock that workloads are built from. */
export interface WorkloadFacts {
  readonly environment: { readonly name: string };
  readonly workloads: Readonly<Record<string, WorkloadEntry>>;
  readonly models: Readonly<Record<string, Omit<ServedModel, "name" | "server">>>;
}

export interface PlannedWorkload extends Neighbour {
  /** As its definition built it; `needs` are all of them. */
  readonly workload: Workload;
}

export interface Survey {
  /** Those that could be built. */
  readonly workloads: readonly PlannedWorkload[];
  readonly problems: readonly WorkloadProblem[];
}

/** Namespace of a team in the cluster. */
export const namespaceOf = (team: string): string => `team-${team}`;

/**
 * Builds the workloads of an environment that can be built, and says why the others can not: pure data, no resource.
 *
 * @param images Digest-pinned references by name, from the lock.
 * @param kinds Definitions to build by.
 */
export function surveyWorkloads(
  facts: WorkloadFacts,
  images: Readonly<Record<string, string>>,
  kinds: readonly RegisteredKind[] = registry,
): Survey {
  const problems: WorkloadProblem[] = [];
  const entries = Object.entries(facts.workloads).flatMap(([name, entry]): Neighbour[] => {
    const definition = kinds.find(({ kind }) => kind === entry.kind);
    if (definition !== undefined) return [{ name, entry, definition, handles: handlesOf(name, entry, definition) }];
    const known = kinds.map(({ kind }) => kind);
    const choice = { given: entry.kind, known };
    problems.push({
      path: [name, "kind"],
      got: JSON.stringify(entry.kind),
      expected: `one of ${known.join(", ")}`,
      fix: "correct it, or define it in extensions/workloads/",
      choice,
    });
    return [];
  });
  const models = Object.fromEntries(
    Object.entries(facts.models).map(([name, model]) => {
      const server = entries.find(({ definition, entry }) => definition.serves(entry).includes(name));
      return [name, { ...model, name, server: server?.handles["api"] }];
    }),
  );
  const workloads = entries.flatMap((own): PlannedWorkload[] => {
    const needs = resolveNeeds(own, entries, kinds);
    const image = (wanted: string): string => {
      const reference = images[wanted];
      if (reference !== undefined) return reference;
      problems.push({
        path: [own.name],
        got: `no image ${wanted} in the lock`,
        expected: "a reference with its digest",
        fix: "run `npm run resolve`",
      });
      return wanted;
    };
    problems.push(...needs.problems);
    if (needs.problems.length > 0) return [];
    const context = { name: own.name, environment: facts.environment.name, models, image, needs: needs.handles };
    try {
      return [{ ...own, workload: build(own, context) }];
    } catch (error) {
      const got = `an error as it was built: ${error instanceof Error ? error.message : String(error)}`;
      problems.push({
        path: [own.name],
        got,
        expected: "a definition that builds",
        fix: `correct ${own.definition.file}`,
      });
      return [];
    }
  });
  return { workloads, problems };
}

/** As {@link surveyWorkloads}, of a sound environment. @throws Error naming each entry with a problem, and the fix. */
export function planWorkloads(
  facts: WorkloadFacts,
  images: Readonly<Record<string, string>>,
  kinds: readonly RegisteredKind[] = registry,
): readonly PlannedWorkload[] {
  const { workloads, problems } = surveyWorkloads(facts, images, kinds);
  if (problems.length === 0) return workloads;
  throw new Error(
    problems
      .map(({ path, got, expected, fix }) => `workloads.${path.join(".")}: got ${got}, expected ${expected}; ${fix}`)
      .join("\n"),
  );
}

/** The declared needs come first, then those that the definition found by itself. */
function build({ entry, definition }: Neighbour, context: BuildContext): Workload {
  const workload = definition.build(entry, context);
  const declared = Object.values(context.needs).filter((need) => need !== undefined);
  const needs = [...declared, ...(workload.needs ?? [])];
  return needs.length === 0 ? workload : { ...workload, needs };
}

function handlesOf(name: string, { team }: WorkloadEntry, { ports }: RegisteredKind): Record<string, Handle> {
  const host = `${name}.${namespaceOf(team)}.svc.cluster.local`;
  return Object.fromEntries(
    Object.entries(ports).map(([port, { port: number, protocol = "TCP", credentials }]) => [
      port,
      {
        workload: name,
        team,
        port: number,
        protocol,
        host,
        url: `http://${host}:${number}`,
        ...(credentials === undefined ? {} : { credentials }),
      },
    ]),
  );
}
