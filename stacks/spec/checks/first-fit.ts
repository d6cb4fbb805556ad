import { allOf, count } from "../../words.ts";

/** What one node offers or one pod asks for. */
export interface Resources {
  readonly memoryMiB: number;
  readonly cpu: number;
  readonly gpus: number;
  /** MIG instances by profile. */
  readonly slices?: Readonly<Record<string, number>>;
}

export interface Pod extends Resources {
  readonly name: string;
  readonly workload: string;
}

/** One node with the pods that were put on it. */
export interface Node {
  readonly offered: Resources;
  readonly pods: readonly Pod[];
}

/**
 * Puts pods on equal nodes, the largest first, each on the first node with room. What finds none is `homeless`: a
 * scheduler could place it by luck at best.
 *
 * @param daemons Pods that every node carries one of, before any other.
 */
export function firstFit(
  pods: readonly Pod[],
  size: number,
  offered: Resources,
  daemons: readonly Pod[] = [],
): { nodes: readonly Node[]; homeless: readonly Pod[] } {
  const onEach = firstFitOn([{ offered, pods: [] }], daemons);
  const nodes = Array.from({ length: size }, () => ({ offered, pods: onEach.nodes.flatMap((node) => [...node.pods]) }));
  const placed = firstFitOn(nodes, pods);
  return { nodes: placed.nodes, homeless: [...onEach.homeless, ...placed.homeless] };
}

interface Filling extends Node {
  readonly pods: Pod[];
}

function firstFitOn(
  nodes: readonly Filling[],
  pods: readonly Pod[],
): { nodes: readonly Node[]; homeless: readonly Pod[] } {
  const homeless = pods
    .toSorted((left, right) => right.memoryMiB - left.memoryMiB)
    .filter((pod) => {
      const node = nodes.find((candidate) => fits(pod, freeOf(candidate)));
      node?.pods.push(pod);
      return node === undefined;
    });
  return { nodes, homeless };
}

const fits = (pod: Resources, room: Resources): boolean =>
  pod.memoryMiB <= room.memoryMiB &&
  pod.cpu <= room.cpu &&
  pod.gpus <= room.gpus &&
  Object.entries(pod.slices ?? {}).every(([profile, asked]) => asked <= (room.slices?.[profile] ?? 0));

/** What the pods on a node leave of it. */
export const freeOf = ({ offered, pods }: Node): Resources =>
  pods.reduce<Resources>(
    (room, pod) => ({
      memoryMiB: room.memoryMiB - pod.memoryMiB,
      cpu: room.cpu - pod.cpu,
      gpus: room.gpus - pod.gpus,
      slices: Object.fromEntries(
        Object.entries(room.slices ?? {}).map(([profile, left]) => [profile, left - (pod.slices?.[profile] ?? 0)]),
      ),
    }),
    offered,
  );

const gibibytes = (mebibytes: number): string => (mebibytes / 1024).toFixed(1);
const cores = (cpu: number): string => String(Math.round(cpu * 100) / 100);

/** `2.9 GiB, 2 cores and 1 GPU`. */
export const describeResources = ({ memoryMiB, cpu, gpus, slices = {} }: Resources): string =>
  allOf([
    `${gibibytes(memoryMiB)} GiB`,
    `${cores(cpu)} ${cpu === 1 ? "core" : "cores"}`,
    ...(gpus === 0 ? [] : [count(gpus, "GPU")]),
    ...Object.entries(slices).map(([profile, number]) => count(number, `MIG instance ${profile}`)),
  ]);

/** `2 x ollama (2.9), litellm (1.0)`. */
export const summary = (pods: readonly Pod[]): string =>
  [...Map.groupBy(pods, ({ name }) => name)]
    .map(
      ([name, same]) => `${same.length > 1 ? `${same.length} x ` : ""}${name} (${gibibytes(same[0]?.memoryMiB ?? 0)})`,
    )
    .join(", ");

/** Nodes that a table shows; a pool may have a hundred. */
const ROWS = 6;

/** The nodes of a pool in columns: what the machine has, what the system takes of it, and what the pods leave. */
export function nodeTable(nodes: readonly Node[], machineMiB: number): string {
  const rows = nodes.slice(0, ROWS).map((node, index) => {
    const free = freeOf(node);
    const reserved = machineMiB - node.offered.memoryMiB;
    const memory = [machineMiB, reserved, free.memoryMiB].map(gibibytes);
    const gpus = node.offered.gpus === 0 ? [] : [String(free.gpus)];
    return [String(index + 1), ...memory, cores(free.cpu), ...gpus, summary(node.pods) || "-"];
  });
  const gpus = (nodes[0]?.offered.gpus ?? 0) === 0 ? [] : ["free GPUs"];
  const head = ["node", "GiB", "system", "free", "free cores", ...gpus, "pods (GiB each)"];
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)));
  const lines = [head, ...rows].map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  return [...lines, ...(nodes.length > ROWS ? [`and ${nodes.length - ROWS} more`] : [])].join("\n");
}
