import { backupNeed } from "./backups.ts";
import type { Handle, Need } from "./contract.ts";
import { EGRESS, EGRESS_NEED, egressNeed } from "./egress.ts";
import type { RegisteredKind } from "./extensions.ts";
import { handleOf, type Neighbour } from "./neighbour.ts";

/** Why a workload can not be built. */
export interface WorkloadProblem {
  /** From the environment's `workloads`: the entry's name, then the field. */
  readonly path: readonly [workload: string, ...field: string[]];
  readonly got: string;
  readonly expected: string;
  readonly fix: string;
  /** A name that was given, and those that it may have been meant to be. */
  readonly choice?: { readonly given: string; readonly known: readonly string[] };
}

export interface ResolvedNeeds {
  readonly handles: Readonly<Record<string, Handle | undefined>>;
  /** The workloads behind the handles, with the name of the port. */
  readonly targets: readonly { readonly workload: string; readonly port: string }[];
  readonly problems: readonly WorkloadProblem[];
}

/** The workloads that an entry's needs came to: the only one of the kind, or the one that the entry names. */
export function resolveNeeds(
  own: Neighbour,
  all: readonly Neighbour[],
  kinds: readonly RegisteredKind[],
): ResolvedNeeds {
  const resolveAll = (declared: Readonly<Record<string, Need>>) =>
    Object.entries(declared).map(([name, need]) => [name, resolve(name, need, own, all, kinds)] as const);
  const declared = resolveAll({ ...own.definition.needs, ...backupNeed(own.definition, kinds) });
  const reachesOut =
    own.egress.length > 0 || declared.some(([, outcome]) => "handle" in outcome && outcome.handle?.outside === true);
  const hasProxy = kinds.some(({ kind }) => kind === EGRESS.kind);
  const outcomes =
    reachesOut && hasProxy ? [...declared, ...resolveAll({ [EGRESS_NEED]: egressNeed(own.runtime) })] : declared;
  return {
    handles: Object.fromEntries(
      outcomes.map(([need, outcome]) => [need, "handle" in outcome ? outcome.handle : undefined]),
    ),
    targets: outcomes.flatMap(([, outcome]) =>
      "handle" in outcome && outcome.handle !== undefined
        ? [{ workload: outcome.handle.workload, port: outcome.port }]
        : [],
    ),
    problems: outcomes.flatMap(([, outcome]) => ("handle" in outcome ? [] : [outcome])),
  };
}

interface Outcome {
  readonly handle: Handle | undefined;
  readonly port: string;
}

function resolve(
  need: string,
  declared: Need,
  own: Neighbour,
  all: readonly Neighbour[],
  kinds: readonly RegisteredKind[],
): WorkloadProblem | Outcome {
  const wanted = typeof declared.kind === "string" ? [declared.kind] : declared.kind;
  const mistake = mistakeIn(need, wanted, declared.port, own, kinds);
  if (mistake !== undefined) return mistake;
  const { name, entry } = own;
  const { file } = own.definition;
  const { port, optional = false } = declared;
  const kind = wanted.join(" or ");
  const candidates = all.filter(({ definition, name: other }) => wanted.includes(definition.kind) && other !== name);
  const near = candidates.filter(({ runtime }) => runtime === own.runtime);
  const known = near.map((candidate) => candidate.name);
  const given = entry.needs?.[need];
  const expected =
    known.length === 0 ? `a workload of kind ${kind}` : `the name of a workload of kind ${kind}: ${known.join(", ")}`;
  const to = (target: Neighbour | undefined): Outcome => ({
    handle: target === undefined ? undefined : handleOf(target, port, own),
    port,
  });
  if (given !== undefined) {
    const chosen = near.find((candidate) => candidate.name === given);
    if (chosen !== undefined) return to(chosen);
    const fix =
      known.length === 0
        ? `add a workload ${given} of kind ${kind}`
        : `choose one of them for the need ${need} of ${file}`;
    return { path: [name, "needs", need], got: JSON.stringify(given), expected, fix, choice: { given, known } };
  }
  const [only, ...others] = near;
  if (others.length > 0) {
    return {
      path: [name],
      got: `the need ${need} without a choice`,
      expected,
      fix: `write \`needs: { ${need}: ${only?.name} }\`, or another of them; ${file} declares the need`,
    };
  }
  if (only !== undefined || optional) return to(only);
  const elsewhere = candidates.map((candidate) => `${candidate.name} on ${candidate.runtime}`).join(", ");
  return {
    path: [name],
    got: `the need ${need}, and no workload of kind ${kind}${elsewhere === "" ? "" : ` on ${own.runtime}: ${elsewhere}`}`,
    expected,
    fix: `add one to \`workloads\`; ${file} declares the need`,
  };
}

/** What is wrong with a need whatever the environment holds. */
function mistakeIn(
  need: string,
  wanted: readonly string[],
  port: string,
  { name, definition: { file } }: Neighbour,
  kinds: readonly RegisteredKind[],
): WorkloadProblem | undefined {
  for (const kind of wanted) {
    const target = kinds.find((candidate) => candidate.kind === kind);
    const known = target === undefined ? kinds.map((candidate) => candidate.kind) : Object.keys(target.ports);
    if (target === undefined) {
      return {
        path: [name],
        got: `the need ${need} for the kind ${kind}, which nobody defines`,
        expected: `one of the kinds ${known.join(", ")}`,
        fix: `correct \`needs.${need}.kind\` in ${file}`,
        choice: { given: kind, known },
      };
    }
    if (!known.includes(port)) {
      return {
        path: [name],
        got: `the need ${need} for port ${port} of ${kind}, which has no such port`,
        expected: known.length === 0 ? `a kind with ports; ${kind} has none` : `one of the ports ${known.join(", ")}`,
        fix: `correct \`needs.${need}.port\` in ${file}`,
        choice: { given: port, known },
      };
    }
  }
  return undefined;
}

/** Workloads that need each other in a circle, each circle once, from the workload whose name comes first. */
export function needCycles(
  workloads: readonly { readonly name: string; readonly requires: readonly Handle[] }[],
): string[][] {
  const next = new Map(
    workloads.map(({ name, requires }) => [name, [...new Set(requires.map((need) => need.workload))]]),
  );
  const cycles = new Map<string, string[]>();
  const done = new Set<string>();
  const visit = (name: string, trail: readonly string[]): void => {
    const start = trail.indexOf(name);
    if (start >= 0) {
      const cycle = trail.slice(start);
      const first = cycle.indexOf(cycle.toSorted()[0] ?? name);
      const turned = [...cycle.slice(first), ...cycle.slice(0, first)];
      cycles.set(turned.join(" "), turned);
    } else if (!done.has(name)) {
      for (const need of next.get(name) ?? []) visit(need, [...trail, name]);
      done.add(name);
    }
  };
  for (const name of next.keys()) visit(name, []);
  return [...cycles.values()];
}
