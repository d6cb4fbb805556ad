import { minorsBehind } from "../../upgrade-order.ts";
import { InputError } from "../../errors.ts";
import { NodeControlError, type NodeControl, type NodeState } from "../control.ts";
import type { EtcdSnapshot, Maintenance } from "../maintenance/maintenance.ts";
import type { RestoreLedger } from "./ledger.ts";

const READY_SECONDS = 900;

/**
 * The snapshot that a person has named, or the newest; the environment's own, of no newer minor of k3s than its servers run.
 *
 * @throws InputError with what there is
 */
export function chooseSnapshot(
  all: readonly EtcdSnapshot[],
  {
    environment,
    name,
    k3s,
  }: { readonly environment: string; readonly name?: string | undefined; readonly k3s: string },
): EtcdSnapshot {
  const own = all.filter((each) => each.environment === environment);
  const chosen = name === undefined ? own[0] : all.find((each) => each.name === name);
  if (chosen === undefined) {
    const which = name === undefined ? "a snapshot" : `a snapshot ${name}`;
    const has = own.length === 0 ? "none" : own.map(({ name: each, takenAt }) => `${each} of ${takenAt}`).join(", ");
    throw new InputError(`${environment} has not got ${which}. Nothing was touched. There is: ${has}.`);
  }
  if (chosen.environment !== environment) {
    throw new InputError(
      `the snapshot ${chosen.name} belongs to ${chosen.environment}, not to ${environment}. Nothing was touched.`,
    );
  }
  if (chosen.k3s !== undefined && minorsBehind(k3s, chosen.k3s) > 0) {
    throw new InputError(
      `the snapshot ${chosen.name} was made by k3s ${chosen.k3s}, and the servers run ${k3s}: an older k3s does not read ` +
        "what a newer minor has written. Nothing was touched. Run `npm run upgrade` first.",
    );
  }
  return chosen;
}

/** In this order, each of which may be repeated. */
export const PHASES = ["stop", "reset", "start", "rejoin"] as const;
export type Phase = (typeof PHASES)[number];

export interface RestoreSurroundings {
  readonly control: NodeControl;
  readonly maintenance: Maintenance;
  readonly ledger: RestoreLedger;
  readonly onStep: (text: string) => void;
}

/** A restore stopped; the message tells the state of the cluster. */
export class RestoreError extends Error {
  override readonly name = "RestoreError";
}

/**
 * Brings etcd back to a snapshot: all servers stop, the first one takes the data, the others join it anew.
 *
 * @param servers Host names, the one that takes the data first.
 * @param token The server token of the snapshot's day.
 * @throws RestoreError
 */
export async function restoreEtcd(
  {
    snapshot,
    servers,
    token,
  }: { readonly snapshot: string; readonly servers: readonly string[]; readonly token: string },
  { control, maintenance, ledger, onStep }: RestoreSurroundings,
): Promise<void> {
  const [first, ...others] = servers;
  if (first === undefined) throw new InputError("there is no server to restore to");
  const phases: Readonly<Record<Phase, { readonly state: string; readonly act: () => Promise<void> }>> = {
    stop: {
      state: "Servers are stopping; the data is as it was.",
      act: async () => {
        for (const node of servers) {
          onStep(`${node}: k3s stops`);
          await maintenance.stopServer(node);
        }
      },
    },
    reset: {
      state: "All servers are stopped; pods run on, and nothing looks after them.",
      act: async () => {
        onStep(`${first}: takes the data of ${snapshot}`);
        await maintenance.resetTo(first, { snapshot, token });
      },
    },
    start: {
      state: `${first} has the data of ${snapshot}; the other servers are stopped.`,
      act: async () => {
        onStep(`${first}: k3s starts`);
        await maintenance.startServer(first, { token });
        await control.waitReady(first, { timeoutSeconds: READY_SECONDS });
      },
    },
    rejoin: {
      state: `${first} runs with the data of ${snapshot}; of the other servers, those named join it anew.`,
      act: async () => {
        for (const node of others) {
          if (await hasJoined(node, control)) continue;
          onStep(`${node}: forgets its data and joins`);
          await maintenance.removeData(node);
          await maintenance.startServer(node, { token });
          await control.waitReady(node, { timeoutSeconds: READY_SECONDS });
        }
      },
    },
  };
  ledger.begin(snapshot);
  for (const phase of PHASES) {
    if (ledger.isDone(phase)) continue;
    try {
      await phases[phase].act();
    } catch (error) {
      if (error instanceof NodeControlError) throw new RestoreError(`${error.message}\n${phases[phase].state}`);
      throw error;
    }
    ledger.done(phase);
  }
  ledger.end();
}

const hasJoined = async (node: string, control: NodeControl): Promise<boolean> =>
  (await control.etcdMembers()).some((member) => member.node === node && member.healthy);

/** Host names of the servers; the one that founded the cluster, which the others join, takes the data. */
export const serversOf = (nodes: readonly NodeState[], founder: string): readonly string[] =>
  nodes
    .filter(({ role }) => role === "server")
    .map(({ name }) => name)
    .toSorted((a, b) => Number(b === founder) - Number(a === founder));
