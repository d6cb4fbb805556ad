import type { ResolvedEnvironment } from "../../../stacks/environment-file.ts";
import type { BlockedBudget, LocalVolume, NodeControl, NodeState } from "../control.ts";
import { mayLeave } from "../etcd.ts";
import { declaredNodes, resolveNode } from "../inventory.ts";
import { stepsFor, type Step } from "./steps.ts";

/** What a replacement would do, and why it may not. */
export interface Assessment {
  readonly node: NodeState;
  readonly steps: readonly Step[];
  /** Data that goes with the node's disk. */
  readonly lost: readonly LocalVolume[];
  /** Workloads are away until the node is back: no other node of the pool takes them. */
  readonly isAlone: boolean;
  /** Each with what to do about it; empty where nothing stands against it. */
  readonly refusals: readonly string[];
  /** Machines of the pool. */
  readonly machines: readonly string[];
}

/**
 * Looks at a node and its cluster before anything is touched.
 *
 * @param wanted The node's name, with or without the environment's.
 * @param acceptedLosses Workloads whose data may go although no backup of it is made; `all` for every one.
 * @throws InputError where there is no such node
 */
export async function assess(
  control: NodeControl,
  environment: ResolvedEnvironment,
  wanted: string,
  acceptedLosses: readonly string[],
): Promise<Assessment> {
  const running = await control.nodes();
  const declared = declaredNodes(environment);
  const names = [...new Set([...declared, ...running].map(({ name }) => name))];
  const name = resolveNode(environment.spec.environment.name, wanted, names);
  const node = running.find((each) => each.name === name) ?? absent(declared, name);
  const members = await control.etcdMembers();
  const lost = await control.localVolumes(name);
  const mates = running.filter((each) => each.pool === node.pool && each.name !== name);
  const unaccepted = lost.filter(
    ({ workload, backupHours }) =>
      backupHours === undefined && !acceptedLosses.includes(workload) && !acceptedLosses.includes("all"),
  );
  const refusals = [
    ...(node.provider === "aws" || declared.some((each) => each.name === name)
      ? []
      : [`${name} is in no pool of the environment file any more: \`npm run up\` removes it.`]),
    mayLeave(name, members),
    ...(node.provider === "hetzner"
      ? mates.flatMap((mate) => floorRefusal(environment.spec.environment.name, mate))
      : []),
    ...budgetRefusals(node.ready ? await control.blockedBudgets(name) : []),
    ...lossRefusals(unaccepted),
  ].filter((refusal) => refusal !== undefined);
  return {
    node,
    steps: stepsFor(node),
    lost,
    isAlone: !mates.some(({ ready, cordoned }) => ready && !cordoned),
    refusals,
    machines: running.filter(({ pool }) => pool === node.pool).map(({ machine }) => machine),
  };
}

/** A pool keeps all of its nodes but one: what ran on this one needs the others. */
const floorRefusal = (environment: string, { name, pool, ready, cordoned }: NodeState): string[] =>
  ready && !cordoned
    ? []
    : [
        `${name}, of the same pool ${pool}, ${ready ? "takes no pods" : "is not ready"}: two nodes would be away at once. ` +
          `Bring it back first: \`npm run replace -- ${environment} ${name}\`, or uncordon it.`,
      ];

const budgetRefusals = (blocked: readonly BlockedBudget[]): string[] =>
  [...Map.groupBy(blocked, ({ budget }) => budget)].map(
    ([budget, pods]) =>
      `the disruption budget ${budget} lets ${pods.map(({ pod }) => pod).join(", ")} not leave: ` +
      "no other node takes its pods. Add a node to the pool, or scale the workload down first.",
  );

function lossRefusals(lost: readonly LocalVolume[]): string[] {
  if (lost.length === 0) return [];
  const names = [...new Set(lost.map(({ workload }) => workload))];
  return [
    `data without any backup is on its disk: ${lost.map(({ workload, volume }) => `${workload}/${volume}`).join(", ")}. ` +
      `Save it, or give it up with ${names.map((name) => `--delete-data ${name}`).join(" ")}.`,
  ];
}

/** A node that the file names and nobody has seen: its machine is gone already. */
function absent(declared: ReturnType<typeof declaredNodes>, name: string): NodeState {
  const found = declared.find((each) => each.name === name);
  if (found === undefined) throw new Error(`${name} is neither running nor declared`);
  const { pool, provider, role } = found;
  const unseen = { ready: false, cordoned: false, versions: {}, bundle: undefined, etcdMember: false, machine: "" };
  return { name, pool, provider, role, ...unseen };
}
