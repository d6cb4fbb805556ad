import { NodeControlError, type NodeControl, type NodeState } from "../control.ts";
import type { Maintenance } from "../maintenance/maintenance.ts";
import { majorityProblem, type Upgrade } from "./plan.ts";
import type { UpgradeLedger } from "./ledger.ts";

/** Longest wait for pods to leave, and for a node to come back. */
const DRAIN_SECONDS = 600;
const READY_SECONDS = 600;

export interface UpgradeSurroundings {
  readonly control: NodeControl;
  readonly maintenance: Maintenance;
  readonly ledger: UpgradeLedger;
  /** Aborted when a person stops the run; the node at work is finished first. */
  readonly signal: AbortSignal;
  readonly onStep: (text: string) => void;
  /** Is told of each node that is done. */
  readonly onDone?: (upgrade: Upgrade) => void;
}

/** The upgrade of one node stopped; the message tells the state of that node. */
export class UpgradeError extends Error {
  override readonly name = "UpgradeError";
  readonly upgrade: Upgrade;

  constructor(upgrade: Upgrade, message: string) {
    super(message);
    this.upgrade = upgrade;
  }
}

/**
 * Upgrades one node after the other and stops at the first that does not come back healthy, so that never more than one is
 * away. What an earlier run left cordoned takes pods again first.
 *
 * @returns those that are done; fewer than were asked for where a person has stopped it
 * @throws UpgradeError
 */
export async function upgradeNodes(
  upgrades: readonly Upgrade[],
  surroundings: UpgradeSurroundings,
): Promise<readonly Upgrade[]> {
  const { control, ledger, signal, onStep } = surroundings;
  await finishOpen(upgrades, surroundings);
  const done: Upgrade[] = [];
  for (const upgrade of upgrades) {
    if (signal.aborted) return done;
    const nodes = await control.nodes();
    const node = nodes.find(({ name }) => name === upgrade.node);
    if (node === undefined) {
      onStep(`${upgrade.node}: gone meanwhile, left out`);
      continue;
    }
    if (goesAway(upgrade) && node.role === "server") await beforeServer(upgrade, nodes, surroundings);
    ledger.begin({ node: upgrade.node, component: upgrade.component, wasCordoned: node.cordoned });
    await upgradeNode(upgrade, node, nodes, surroundings);
    ledger.end();
    done.push(upgrade);
    surroundings.onDone?.(upgrade);
  }
  return done;
}

/** Whether the kubelet, and a member of etcd, are away meanwhile. */
const goesAway = ({ component }: Upgrade): boolean => component === "k3s" || component === "os";

/** etcd can do without it, and a copy exists before the first one goes to another version. */
async function beforeServer(
  upgrade: Upgrade,
  nodes: readonly NodeState[],
  { control, maintenance, onStep }: UpgradeSurroundings,
): Promise<void> {
  const problem = majorityProblem(await control.etcdMembers());
  if (problem !== undefined) throw new UpgradeError(upgrade, problem);
  const isFirst = nodes.every(({ role, versions }) => role !== "server" || versions.k3s !== upgrade.to);
  if (upgrade.component !== "k3s" || !isFirst) return;
  const name = snapshotName(upgrade.to);
  onStep(`${upgrade.node}: snapshot ${name} of etcd`);
  await inWords(upgrade, () => maintenance.takeSnapshot(upgrade.node, name));
}

/** Of the copy that is made before the first server goes to a version. */
export const snapshotName = (version: string): string => `before-${version.replaceAll("+", "-")}`;

/** A node that was upgraded, but not given back, when the last run ended. */
async function finishOpen(
  upgrades: readonly Upgrade[],
  { control, ledger, onStep }: UpgradeSurroundings,
): Promise<void> {
  const open = ledger.open();
  if (open === undefined || upgrades.some(({ node, component }) => node === open.node && component === open.component))
    return;
  const node = (await control.nodes()).find(({ name }) => name === open.node);
  if (node?.ready === true && node.cordoned && !open.wasCordoned) {
    onStep(`${open.node}: takes pods again; the last run had ended before that`);
    await control.uncordon(open.node);
  }
  ledger.end();
}

async function upgradeNode(
  upgrade: Upgrade,
  state: NodeState,
  nodes: readonly NodeState[],
  surroundings: UpgradeSurroundings,
): Promise<void> {
  const { control, ledger, onStep } = surroundings;
  const { node } = upgrade;
  const cordons = state.role !== "compose" && goesAway(upgrade);
  const wasCordoned = ledger.open()?.wasCordoned ?? state.cordoned;
  if (cordons) {
    await inWords(upgrade, () => control.cordon(node));
    await emptyNode(upgrade, state, nodes, { ...surroundings, wasCordoned });
  }
  await CHANGES[upgrade.component](upgrade, surroundings);
  await healthy(upgrade, surroundings);
  if (cordons && !wasCordoned) await inWords(upgrade, () => control.uncordon(node));
  onStep(`${node}: ${describe(upgrade)}, healthy`);
}

/**
 * Lets the pods leave where something may end them. k3s leaves them running when it starts anew, so those of a server stay;
 * and so do those that no other node of their pool could take.
 */
async function emptyNode(
  upgrade: Upgrade,
  { role }: NodeState,
  nodes: readonly NodeState[],
  { control, onStep, wasCordoned }: UpgradeSurroundings & { readonly wasCordoned: boolean },
): Promise<void> {
  const { node, pool, component } = upgrade;
  if (component === "k3s" && role === "server") return onStep(`${node}: takes no new pods`);
  const others = nodes.filter((each) => each.pool === pool && each.name !== node && each.ready && !each.cordoned);
  if (others.length === 0) {
    const meanwhile = component === "os" ? "are away if it restarts" : "run on";
    return onStep(`${node}: no other node of pool ${pool} takes its pods; they stay, and ${meanwhile}`);
  }
  onStep(`${node}: pods leave`);
  const left = await inWords(upgrade, () => control.drain(node, { graceSeconds: DRAIN_SECONDS }));
  if (left.length === 0) return;
  if (!wasCordoned) await control.uncordon(node);
  const minutes = DRAIN_SECONDS / 60;
  throw new UpgradeError(
    upgrade,
    `${left.join(", ")} did not leave ${node} in ${minutes} minutes; it takes pods again`,
  );
}

const describe = ({ component, to }: Upgrade): string =>
  component === "os" ? "system up to date" : `${component} ${to}`;

const install = async (upgrade: Upgrade, surroundings: UpgradeSurroundings): Promise<void> => {
  const { node, component, from, to } = upgrade;
  if (component === "os") throw new Error("the operating system is no binary");
  surroundings.onStep(`${node}: ${component} ${from} to ${to}`);
  await inWords(upgrade, () => surroundings.maintenance.install(node, { component, version: to }));
};

const CHANGES: Readonly<
  Record<Upgrade["component"], (upgrade: Upgrade, surroundings: UpgradeSurroundings) => Promise<void>>
> = {
  k3s: install,
  tailscale: install,
  vault: async (upgrade, surroundings) => {
    const { maintenance, onStep } = surroundings;
    const members = await maintenance.vaultMembers();
    const leads = members.some(({ node, active }) => node === upgrade.node && active);
    if (leads && members.length > 1) {
      onStep(`${upgrade.node}: hands the lead of Vault over`);
      await inWords(upgrade, () => maintenance.stepDown(upgrade.node));
    }
    await install(upgrade, surroundings);
  },
  os: async (upgrade, { maintenance, onStep }) => {
    onStep(`${upgrade.node}: installs ${upgrade.from} and restarts where it has to`);
    await inWords(upgrade, () => maintenance.updateSystem(upgrade.node));
  },
};

/** Ready in the cluster, in etcd, unsealed. One that is not goes back to what it ran. */
async function healthy(upgrade: Upgrade, { control, maintenance, onStep }: UpgradeSurroundings): Promise<void> {
  const { node, component, from, to } = upgrade;
  try {
    await control.waitReady(node, { timeoutSeconds: READY_SECONDS });
    const member = (await control.etcdMembers()).find((each) => each.node === node);
    if (member?.healthy === false) throw new NodeControlError(`the member of etcd on ${node} is not healthy`);
  } catch (error) {
    if (!(error instanceof NodeControlError)) throw error;
    if (component === "os") throw new UpgradeError(upgrade, `${error.message}. It stays cordoned.`);
    onStep(`${node}: ${error.message}; goes back to ${component} ${from}`);
    await inWords(upgrade, () => maintenance.install(node, { component, version: from }));
    throw new UpgradeError(
      upgrade,
      `${error.message}, with ${component} ${to}. It runs ${from} again and stays cordoned.`,
    );
  }
  const sealed =
    component === "vault" && (await maintenance.vaultMembers()).some((each) => each.node === node && each.sealed);
  if (sealed) {
    throw new UpgradeError(
      upgrade,
      `Vault on ${node} runs and is sealed, as after every start. Unseal it with \`vault operator unseal\` there.`,
    );
  }
}

/** What a node answers becomes the reason for the stop. */
async function inWords<T>(upgrade: Upgrade, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof NodeControlError) throw new UpgradeError(upgrade, error.message);
    throw error;
  }
}
