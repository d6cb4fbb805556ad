import type { Environment } from "../../../stacks/environment-file.ts";
import { confirm } from "../../confirm.ts";
import { EXIT } from "../../errors.ts";
import { InterruptListener } from "../../interrupt.ts";
import { type MaintainedNodes, openMaintenance } from "../maintenance/open.ts";
import type { NodesOptions } from "../open-fleet.ts";
import { UpgradeLedger } from "./ledger.ts";
import { type Component, planSystemUpdates, planUpgrades, type Upgrade } from "./plan.ts";
import { describeOutcome, describePlan, type UpgradeReport } from "./report.ts";
import { UpgradeError, upgradeNodes } from "./upgrade.ts";
import { describeWindow, isOpen, windowOf } from "./window.ts";

export interface RunUpgradeOptions extends NodesOptions {
  readonly components: readonly Component[];
  readonly dryRun: boolean;
  readonly yes: boolean;
  readonly json: boolean;
  /** Restarts machines outside their maintenance window. */
  readonly now: boolean;
}

/** Brings nodes to the versions of the lock, or goes on where the last run ended. Returns the exit code. */
export async function runUpgrade(environment: Environment, options: RunUpgradeOptions): Promise<number> {
  const { dryRun, yes, json, components } = options;
  const { name } = environment;
  const say = (text: string): void => void process.stderr.write(`${text}\n`);
  const nodes = openMaintenance(environment, options);
  const { upgrades, waiting } = await planOf(environment, nodes, options);
  const flags = components.length === 1 ? ` --component ${components[0]}` : "";
  const again = `npm run upgrade -- ${name}${nodes.flag}${flags}`;
  const report = (more: Partial<UpgradeReport>): UpgradeReport => ({
    environment: name,
    verdict: "planned",
    planned: [...upgrades],
    waiting: [...waiting],
    done: [],
    problem: null,
    next: null,
    ...more,
  });
  const finish = (outcome: UpgradeReport, exitCode: number): number => {
    process.stdout.write(json ? `${JSON.stringify(outcome, undefined, 2)}\n` : describeOutcome(outcome));
    return exitCode;
  };
  say(describePlan(report({})));
  if (dryRun) return finish(report({}), EXIT.ok);
  if (nodes.asks && upgrades.length > 0 && !yes && !(await confirm(`Upgrade ${name}?`))) return EXIT.refused;

  using interrupt = new InterruptListener(say);
  const done: Upgrade[] = [];
  try {
    await upgradeNodes(upgrades, {
      ...nodes,
      ledger: new UpgradeLedger(nodes.folder),
      signal: interrupt.finish,
      onStep: say,
      onDone: (upgrade) => void done.push(upgrade),
    });
  } catch (error) {
    if (!(error instanceof UpgradeError)) throw error;
    return finish(report({ verdict: "stopped", done, problem: error.message, next: again }), EXIT.failed);
  }
  if (interrupt.interrupted) return finish(report({ verdict: "stopped", done, next: again }), EXIT.interrupted);
  return finish(report({ verdict: "upgraded", done }), EXIT.ok);
}

async function planOf(
  { lock, spec }: Environment,
  { control, maintenance }: MaintainedNodes,
  { components, now }: RunUpgradeOptions,
): Promise<{ readonly upgrades: readonly Upgrade[]; readonly waiting: UpgradeReport["waiting"] }> {
  const [nodes, etcd, vault] = await Promise.all([control.nodes(), control.etcdMembers(), maintenance.vaultMembers()]);
  const wanted = Object.fromEntries(Object.entries(lock.binaries).map(([binary, { version }]) => [binary, version]));
  const upgrades = planUpgrades({ nodes, etcd, vault, wanted }, components);
  if (!components.includes("os")) return { upgrades, waiting: [] };
  // Instances of a group are made anew with a newer image and never restarted.
  const lasting = nodes.filter(({ provider, ready }) => provider !== "aws" && ready);
  const updates = new Map(
    await Promise.all(lasting.map(async ({ name }) => [name, await maintenance.updates(name)] as const)),
  );
  const time = new Date();
  const isOpenFor = (pool: string): boolean => now || isOpen(windowOf(spec.pools[pool]), time);
  const system = planSystemUpdates({ nodes, etcd }, updates, isOpenFor);
  const waiting = system.waiting.map((each) => ({ ...each, window: describeWindow(windowOf(spec.pools[each.pool])) }));
  return { upgrades: [...upgrades, ...system.upgrades], waiting };
}
