import type { ResolvedEnvironment } from "../../stacks/environment-file.ts";
import { k3sServers, nodeName } from "../../stacks/layers/nodes.ts";
import { allOf } from "../../stacks/words.ts";
import { type NodeControl, NodeControlError } from "../nodes/control.ts";
import { declaredNodes } from "../nodes/inventory.ts";
import { BootstrapError } from "./ceremony.ts";
import type { JoinCredentials } from "./join-credentials.ts";

export interface JoinOptions {
  readonly environment: Pick<ResolvedEnvironment, "spec">;
  readonly control: Pick<NodeControl, "admissions" | "admit" | "clusterAuthority">;
  /** Asked for only where a node waits. @throws BootstrapError where nobody may write to Vault */
  readonly credentials: () => Promise<JoinCredentials>;
  /** How to go on after a failure, such as `npm run up -- production`. */
  readonly again: string;
  readonly say: (text: string) => void;
}

/**
 * Gives every node that waits for it what it joins the cluster with: the founder first, then the other servers one at a
 * time, then agents. A node that has it already is left alone; one that can not be reached or admitted is told and left to
 * the next run, since it keeps nothing else from being brought up. To be repeated at any time.
 *
 * @throws BootstrapError where the cluster has no founder, NodeControlError where it can not found one, VaultError
 */
export async function joinNodes(options: JoinOptions): Promise<void> {
  const { environment, control, say } = options;
  const nodes = declaredNodes(environment)
    .filter(({ role, enrollment }) => role !== "compose" && enrollment === "enrolled")
    .toSorted((a, b) => Number(a.role === "agent") - Number(b.role === "agent"));
  const states = await control.admissions(nodes.map(({ name }) => name));
  const waiting = nodes.filter(({ name }) => states.get(name) === "waiting");
  const unreachable = nodes.filter(({ name }) => states.get(name) === "unreachable").map(({ name }) => name);
  if (unreachable.length > 0) say(`Not reached, and left as they are: ${allOf(unreachable)}.`);
  if (waiting.length === 0) return;

  const credentials = await options.credentials();
  const pinned = await credentials.ensure();
  if (waiting.some(({ role }) => role === "server")) await requireSnapshotKeys(credentials, options);
  const running = nodes.filter(({ name, role }) => role === "server" && states.get(name) === "admitted");
  let server = running[0]?.name;
  if (!pinned) server = await found(credentials, options, states.get(founderOf(environment)) === "waiting");
  const failures: string[] = [];
  const admitted = waiting.filter(({ name }) => !pinned && name === server).map(({ name }) => name);
  for (const { name, role } of waiting.filter((node) => !admitted.includes(node.name))) {
    try {
      await control.admit(name, { server });
      admitted.push(name);
      if (role !== "server") continue;
      await credentials.pin(await control.clusterAuthority(name));
      server ??= name;
    } catch (error) {
      if (!(error instanceof NodeControlError)) throw error;
      failures.push(error.message);
    }
  }
  if (admitted.length > 0) say(`Admitted to the cluster: ${allOf(admitted)}.`);
  if (failures.length > 0) {
    say(
      `Not admitted:\n${failures.join("\n")}\nA machine that was made anew under the name of another one is admitted by ` +
        `\`npm run replace\`; else correct it, then go on with \`${options.again}\`.`,
    );
  }
}

/** @returns its name */
async function found(
  credentials: JoinCredentials,
  { environment, control }: JoinOptions,
  isWaiting: boolean,
): Promise<string> {
  const founder = founderOf(environment);
  if (isWaiting) await control.admit(founder, { server: undefined, founds: true });
  await credentials.pin(await control.clusterAuthority(founder));
  return founder;
}

function founderOf({ spec }: JoinOptions["environment"]): string {
  const [first] = k3sServers(spec);
  if (first === undefined)
    throw new BootstrapError("pools: none has cluster: server, so no node can found the cluster");
  return nodeName(spec, first.pool, first.number);
}

async function requireSnapshotKeys(
  credentials: JoinCredentials,
  { environment: { spec }, again }: JoinOptions,
): Promise<void> {
  if (spec.cluster?.snapshots === undefined || (await credentials.hasSnapshotKeys())) return;
  throw new BootstrapError(
    `Vault has no keys for the bucket ${spec.cluster.snapshots.bucket}, where copies of etcd go. Put them there with ` +
      `\`vault kv put ${credentials.snapshotKeys} token=@<file>\`; the file has the lines AWS_ACCESS_KEY_ID=... and ` +
      `AWS_SECRET_ACCESS_KEY=... Then go on with \`${again}\`.`,
  );
}
