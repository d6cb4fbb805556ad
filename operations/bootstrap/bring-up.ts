import path from "node:path";
import type { Session } from "../../sandbox/session/session.ts";
import { VaultServer } from "../../sandbox/vault/server.ts";
import { isUnsealed } from "../../sandbox/vault/state.ts";
import { FOUNDATION } from "../../stacks/layering.ts";
import { VaultApi } from "../../stacks/vault-api.ts";
import { targetsOf, type Registered } from "../layers/targets.ts";
import { up, type UpOptions, type UpResult } from "../up.ts";
import { ceremony } from "./ceremony.ts";
import { OperatorFolder } from "./shares.ts";
import { joined } from "./joined.ts";

export interface BringUpOptions extends UpOptions {
  /** Of the program. */
  readonly rows: readonly Registered[];
  readonly say: (text: string) => void;
}

/**
 * Brings a rehearsed environment up for the first time: what the clouds make, Vault's ceremony, then the rest. Where
 * Vault is at work already, as in an environment without one, that is one `up`.
 *
 * @throws BootstrapError where the ceremony can not go on.
 */
export async function bringUp(session: Session, { rows, say, ...options }: BringUpOptions): Promise<UpResult> {
  const { folder } = session.layout;
  if (options.targets !== undefined || isUnsealed(folder)) return up(session, options);
  const first = await up(session, { ...options, targets: (state) => targetsOf(FOUNDATION, rows, state) });
  if (first.exitCode !== 0) return first;
  await using server = await VaultServer.start(folder);
  await ceremony({
    vault: new VaultApi(server.address),
    operators: new OperatorFolder(path.join(folder, "world", "operators")),
    pgpKeys: [],
    waitSeconds: 0,
    again: `npm run up -- ${session.environment} --rehearse`,
    say,
  });
  const rest = await up(session, options);
  return { ...joined(first, rest), recovery: first.recovery ?? rest.recovery };
}
