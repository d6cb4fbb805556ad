import type { Environment } from "../../../stacks/environment-file.ts";
import { clusterOf } from "../../../stacks/spec/optional-parts.ts";
import { k3sServers, nodeName } from "../../../stacks/layers/nodes.ts";
import { confirm } from "../../confirm.ts";
import { EXIT, InputError } from "../../errors.ts";
import { NodeControlError } from "../control.ts";
import type { EtcdSnapshot, Maintenance } from "../maintenance/maintenance.ts";
import { openMaintenance } from "../maintenance/open.ts";
import type { NodesOptions } from "../open-fleet.ts";
import { RestoreLedger } from "./ledger.ts";
import { describeRestore, type RestoreReport } from "./report.ts";
import { chooseSnapshot, RestoreError, restoreEtcd, serversOf } from "./restore.ts";
import { readToken } from "./token.ts";

export interface RunRestoreOptions extends NodesOptions {
  /** @default the newest */
  readonly snapshot: string | undefined;
  readonly list: boolean;
  /** Absolute path; a person is asked where it is left out. */
  readonly tokenFile: string | undefined;
  readonly yes: boolean;
  readonly json: boolean;
}

/** Restores the cluster's etcd, or goes on where the last run ended. Returns the exit code. */
export async function runRestore(environment: Environment, options: RunRestoreOptions): Promise<number> {
  const { list, yes, json, tokenFile } = options;
  const { name, spec } = environment;
  if (spec.cluster === undefined) throw new InputError(`${name} has no cluster, and so no etcd to restore.`);
  const say = (text: string): void => void process.stderr.write(`${text}\n`);
  const nodes = openMaintenance(environment, options);
  const ledger = new RestoreLedger(nodes.folder);
  const all = await snapshotsOf(nodes.maintenance, options.snapshot ?? ledger.open(), name);
  const report = (more: Partial<RestoreReport>): RestoreReport => ({
    environment: name,
    verdict: "listed",
    snapshots: all.filter((each) => each.environment === name).map(toReport),
    restored: null,
    lost: null,
    problem: null,
    next: null,
    ...more,
  });
  const finish = (outcome: RestoreReport, exitCode: number): number => {
    process.stdout.write(json ? `${JSON.stringify(outcome, undefined, 2)}\n` : describeRestore(outcome));
    return exitCode;
  };
  if (list) return finish(report({}), EXIT.ok);

  const states = await nodes.control.nodes();
  const [founder] = k3sServers(spec);
  if (founder === undefined) throw new InputError(`${name} has no pool of k3s servers.`);
  const servers = serversOf(states, nodeName(spec, founder.pool, founder.number));
  const runs = states.find(({ name: node }) => node === servers[0])?.versions.k3s ?? clusterOf(spec).version;
  const snapshot = chooseSnapshot(all, { environment: name, name: options.snapshot ?? ledger.open(), k3s: runs });
  const when = snapshot.takenAt === "" ? "the time of the snapshot" : snapshot.takenAt;
  say(`${name}: ${servers.join(", ")} go back to ${snapshot.name}; every change since ${when} is lost.`);
  if (nodes.asks && !yes && !(await confirm(`Restore ${name}?`))) return EXIT.refused;
  const token = await readToken(tokenFile);
  const result = { restored: toReport(snapshot), lost: when };
  try {
    await restoreEtcd({ snapshot: snapshot.name, servers, token }, { ...nodes, ledger, onStep: say });
  } catch (error) {
    if (!(error instanceof RestoreError)) throw error;
    const next = `npm run restore -- ${name}${nodes.flag} --snapshot ${snapshot.name}`;
    return finish(report({ verdict: "stopped", ...result, lost: null, problem: error.message, next }), EXIT.failed);
  }
  const next = `npm run up -- ${name}${nodes.flag}, and npm run erase -- ${name} --restored ${when.slice(0, 10)}`;
  return finish(report({ verdict: "restored", ...result, next }), EXIT.ok);
}

/** Without a server that answers nobody can list them, but a person can name one. */
async function snapshotsOf(
  maintenance: Maintenance,
  named: string | undefined,
  environment: string,
): Promise<readonly EtcdSnapshot[]> {
  try {
    return await maintenance.snapshots();
  } catch (error) {
    if (!(error instanceof NodeControlError)) throw error;
    if (named === undefined) throw new InputError(`${error.message}, and name one with --snapshot.`);
    return [{ name: named, environment, takenAt: "", k3s: undefined }];
  }
}

const toReport = ({ name, takenAt, k3s }: EtcdSnapshot): RestoreReport["snapshots"][number] => ({
  name,
  takenAt,
  k3s: k3s ?? null,
});
