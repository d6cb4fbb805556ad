import type { BuildContext, CatalogueModel, Consumer, Handle, ServedModel, Workload } from "./contract.ts";
import { BACKUP_NEED, withBackups } from "./backups.ts";
import { EGRESS_NEED, throughProxy } from "./egress.ts";
import type { RegisteredKind } from "./extensions.ts";
import { catalogueOf, gpuProfileOf, type WorkloadFacts } from "./facts.ts";
import { resolveNeeds, type ResolvedNeeds, type WorkloadProblem } from "./needs.ts";
import { handleOf, memberOf, type Neighbour, neighbourOf } from "./neighbour.ts";
import { registry } from "./registry.ts";

export interface PlannedWorkload extends Neighbour {
  /** As its definition built it; `needs` are all of them. */
  readonly workload: Workload;
  /** What must be there before it: the needs that its definition declares. */
  readonly requires: readonly Handle[];
  /** Where copies of its volumes go; undefined where none are made. */
  readonly store?: Handle;
}

export interface Survey {
  /** Those that could be built. */
  readonly workloads: readonly PlannedWorkload[];
  readonly problems: readonly WorkloadProblem[];
}

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
  const catalogue = catalogueOf(facts);
  const entries = Object.entries(facts.workloads).flatMap(([name, entry]): Neighbour[] => {
    const definition = kinds.find(({ kind }) => kind === entry.kind);
    if (definition !== undefined) return [neighbourOf(name, entry, definition, facts, catalogue)];
    problems.push(unknownKind(name, entry.kind, kinds));
    return [];
  });
  const needs = new Map(entries.map((own) => [own.name, resolveNeeds(own, entries, kinds)]));
  const workloads = entries.flatMap((own): PlannedWorkload[] => {
    const resolved = needs.get(own.name);
    if (resolved === undefined || resolved.problems.length > 0) {
      problems.push(...(resolved?.problems ?? []));
      return [];
    }
    const image = (wanted: string): string => {
      const reference = images[wanted];
      if (reference === undefined) problems.push(missingImage(own.name, wanted));
      return reference ?? wanted;
    };
    const context = contextOf(own, { facts, catalogue, entries, needs, handles: resolved.handles, image });
    try {
      return [build(own, context)];
    } catch (error) {
      problems.push({
        path: [own.name],
        got: `an error as it was built: ${error instanceof Error ? error.message : String(error)}`,
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

interface Surroundings {
  readonly facts: WorkloadFacts;
  readonly catalogue: Readonly<Record<string, CatalogueModel>>;
  readonly entries: readonly Neighbour[];
  readonly needs: ReadonlyMap<string, ResolvedNeeds>;
  /** What its own needs came to. */
  readonly handles: ResolvedNeeds["handles"];
  image(name: string): string;
}

function contextOf(own: Neighbour, { facts, catalogue, entries, needs, handles, image }: Surroundings): BuildContext {
  const models = Object.entries(catalogue).map(([name, model]): [string, ServedModel] => {
    const server = entries.find(({ serves }) => serves.includes(name));
    return [name, { ...model, server: server === undefined ? undefined : handleOf(server, "api", own) }];
  });
  return {
    name: own.name,
    team: own.entry.team,
    dataClass: own.entry.dataClass,
    environment: facts.environment.name,
    production: facts.environment.purpose === "production",
    runtime: own.runtime,
    gpuProfile: gpuProfileOf(facts.pools[own.entry.pool]),
    image,
    models: Object.fromEntries(models),
    needs: handles,
    consumers: entries.flatMap((other) => consumersIn(own, other, needs.get(other.name))),
    targets: facts.targets ?? {},
    fleet: entries.map((member) => memberOf(member, own, Object.values(needs.get(member.name)?.handles ?? {}))),
    monthlyEuros: facts.budget.environment?.expected?.monthlyEuros,
    teams: Object.fromEntries(
      Object.entries(facts.budget.teams ?? {}).map(([team, { expected }]) => [
        team,
        { monthlyEuros: expected?.monthlyEuros },
      ]),
    ),
  };
}

/** What a workload needs of another. */
const consumersIn = (own: Neighbour, other: Neighbour, needs: ResolvedNeeds | undefined): Consumer[] =>
  (needs?.targets ?? [])
    .filter(({ workload }) => workload === own.name)
    .map(({ port }) => ({
      workload: other.name,
      team: other.entry.team,
      port,
      handle: handleOf(own, port, other),
    }));

/** The declared needs come first, then those that the definition found by itself. Only backups reach their store. */
function build(own: Neighbour, context: BuildContext): PlannedWorkload {
  const built = own.definition.build(own.entry, context);
  const { [BACKUP_NEED]: handle, ...others } = context.needs;
  const reached = Object.values(others).filter((need) => need !== undefined);
  const needs = [...reached, ...(built.needs ?? [])];
  const proxy = context.needs[EGRESS_NEED];
  const bucket = handle?.backupBucket;
  const backed =
    handle === undefined || bucket === undefined
      ? built
      : withBackups(built, own.name, { handle, bucket, image: () => context.image("restic") });
  const workload =
    proxy === undefined
      ? backed
      : throughProxy(backed, proxy, own.name, handle === undefined ? needs : [...needs, handle]);
  return {
    ...own,
    workload: needs.length === 0 ? workload : { ...workload, needs },
    requires: handle === undefined ? reached : [...reached, handle],
    ...(handle === undefined ? {} : { store: handle }),
  };
}

function unknownKind(name: string, given: string, kinds: readonly RegisteredKind[]): WorkloadProblem {
  const known = kinds.map(({ kind }) => kind);
  return {
    path: [name, "kind"],
    got: JSON.stringify(given),
    expected: `one of ${known.join(", ")}`,
    fix: "correct it, or define it in extensions/workloads/",
    choice: { given, known },
  };
}

const missingImage = (name: string, image: string): WorkloadProblem => ({
  path: [name],
  got: `no image ${image} in the lock`,
  expected: "a reference with its digest",
  fix: "run `npm run resolve`",
});
