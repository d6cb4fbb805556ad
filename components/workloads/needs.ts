import type { Handle, Need } from "./contract.ts";
import type { RegisteredKind } from "./extensions.ts";
import type { WorkloadEntry } from "./plan.ts";

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

/** A workload by its name, with its ports as others reach them. */
export interface Neighbour {
  readonly name: string;
  readonly entry: WorkloadEntry;
  readonly definition: RegisteredKind;
  readonly handles: Readonly<Record<string, Handle>>;
}

export interface ResolvedNeeds {
  readonly handles: Readonly<Record<string, Handle | undefined>>;
  readonly problems: readonly WorkloadProblem[];
}

/** The workloads that an entry's needs came to: the only one of the kind, or the one that the entry names. */
export function resolveNeeds(
  own: Neighbour,
  all: readonly Neighbour[],
  kinds: readonly RegisteredKind[],
): ResolvedNeeds {
  const outcomes = Object.entries(own.definition.needs).map(
    ([need, declared]) => [need, resolve(need, declared, own, all, kinds)] as const,
  );
  return {
    handles: Object.fromEntries(
      outcomes.map(([need, outcome]) => [need, "handle" in outcome ? outcome.handle : undefined]),
    ),
    problems: outcomes.flatMap(([, outcome]) => ("handle" in outcome ? [] : [outcome])),
  };
}

function resolve(
  need: string,
  { kind, port, optional = false }: Need,
  { name, entry, definition: { file } }: Neighbour,
  all: readonly Neighbour[],
  kinds: readonly RegisteredKind[],
): WorkloadProblem | { readonly handle: Handle | undefined } {
  const target = kinds.find((candidate) => candidate.kind === kind);
  if (target === undefined) {
    const known = kinds.map((candidate) => candidate.kind);
    const got = `the need ${need} for the kind ${kind}, which nobody defines`;
    return {
      path: [name],
      got,
      expected: `one of the kinds ${known.join(", ")}`,
      fix: `correct \`needs.${need}.kind\` in ${file}`,
      choice: { given: kind, known },
    };
  }
  const ports = Object.keys(target.ports);
  if (!ports.includes(port)) {
    const got = `the need ${need} for port ${port} of ${kind}, which has no such port`;
    const expected =
      ports.length === 0 ? `a kind with ports; ${kind} has none` : `one of the ports ${ports.join(", ")}`;
    return {
      path: [name],
      got,
      expected,
      fix: `correct \`needs.${need}.port\` in ${file}`,
      choice: { given: port, known: ports },
    };
  }
  const candidates = all.filter((candidate) => candidate.definition.kind === kind && candidate.name !== name);
  const known = candidates.map((candidate) => candidate.name);
  const given = entry.needs?.[need];
  const expected =
    known.length === 0 ? `a workload of kind ${kind}` : `the name of a workload of kind ${kind}: ${known.join(", ")}`;
  if (given !== undefined) {
    const chosen = candidates.find((candidate) => candidate.name === given);
    if (chosen !== undefined) return { handle: chosen.handles[port] };
    const fix =
      known.length === 0
        ? `add a workload ${given} of kind ${kind}`
        : `choose one of them for the need ${need} of ${file}`;
    return { path: [name, "needs", need], got: JSON.stringify(given), expected, fix, choice: { given, known } };
  }
  const [only, ...others] = candidates;
  if (others.length > 0) {
    return {
      path: [name],
      got: `the need ${need} without a choice`,
      expected,
      fix: `write \`needs: { ${need}: ${only?.name} }\`, or another of them; ${file} declares the need`,
    };
  }
  if (only !== undefined || optional) return { handle: only?.handles[port] };
  return {
    path: [name],
    got: `the need ${need}, and no workload of kind ${kind}`,
    expected,
    fix: `add one to \`workloads\`; ${file} declares the need`,
  };
}

/** Workloads that need each other in a circle, each circle once, from the workload whose name comes first. */
export function needCycles(
  workloads: readonly { readonly name: string; readonly workload: { readonly needs?: readonly Handle[] } }[],
): string[][] {
  const next = new Map(
    workloads.map(({ name, workload }) => [name, [...new Set((workload.needs ?? []).map((need) => need.workload))]]),
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
