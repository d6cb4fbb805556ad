import type { Session } from "../../sandbox/session/session.ts";
import { VaultServer } from "../../sandbox/vault/server.ts";
import { isUnsealed, readVault } from "../../sandbox/vault/state.ts";
import type { ResolvedEnvironment } from "../../stacks/environment-file.ts";
import type { Layer } from "../../stacks/layering.ts";
import { asRunning } from "../../stacks/mode.ts";
import { hasCluster, hasVault, type VaultSpec } from "../../stacks/spec/optional-parts.ts";
import { VaultApi } from "../../stacks/vault-api.ts";
import { targetsOf, type Registered } from "../layers/targets.ts";
import { forgetGoneNodes } from "../nodes/gone.ts";
import { TwinNodeControl } from "../nodes/control-twin.ts";
import { up, type UpOptions, type UpResult } from "../up.ts";
import { BootstrapError, ceremony } from "./ceremony.ts";
import { firstRun, isFirstBringUp } from "./first-run.ts";
import { JoinCredentials } from "./join-credentials.ts";
import { joinNodes } from "./join.ts";
import { rehearsedOperators } from "./rehearsed.ts";

export interface BringUpOptions extends UpOptions {
  readonly environment: ResolvedEnvironment;
  /** Of the program. */
  readonly rows: readonly Registered[];
  readonly say: (text: string) => void;
}

/**
 * Brings a rehearsed environment up as a live one: the first time step by step with Vault's ceremony, later on in one run,
 * after which nodes that are new join. In a world without a Vault, that is one `up`.
 *
 * @throws BootstrapError where it can not go on.
 */
export async function bringUp(session: Session, options: BringUpOptions): Promise<UpResult> {
  const { rows, say, environment, ...engine } = options;
  const { folder } = session.layout;
  const { spec } = environment;
  if (engine.targets !== undefined || !hasVault(spec) || readVault(folder) === undefined) return up(session, engine);
  const again = `npm run up -- ${session.environment} --rehearse`;
  const first = isFirstBringUp(spec, session.state().resources ?? []);
  const join = async (server: VaultServer): Promise<void> => {
    if (!hasCluster(spec)) return;
    const control = new TwinNodeControl(folder, environment);
    const standing = asRunning(environment);
    // Before the first run nobody can be gone.
    if (!first) await forgetGoneNodes({ environment: standing, control, say });
    const credentials = () => credentialsOf(server, folder, spec);
    await joinNodes({ environment: standing, control, credentials, again, say });
  };
  await using server = await VaultServer.start(folder);
  const openVault = (): Promise<void> =>
    ceremony({
      vault: new VaultApi(server.address),
      operators: rehearsedOperators(folder),
      pgpKeys: [],
      waitSeconds: 0,
      again,
      say,
    });
  if (!first) {
    if (!isUnsealed(folder)) await openVault();
    const result = await up(session, engine);
    if (result.exitCode === 0) await join(server);
    return result;
  }
  let recovery: UpResult["recovery"];
  const run = async (layers: readonly Layer[]): Promise<UpResult> => {
    const targets =
      layers.length === 0 ? {} : { targets: (state: readonly Registered[]) => targetsOf(layers, rows, state) };
    // A repair before the first run has left the layers above as they were.
    const result = await up(session, { ...engine, ...targets, refresh: recovery !== undefined });
    recovery ??= result.recovery;
    return result;
  };
  return { ...(await firstRun({ run, openVault, join: () => join(server) })), recovery };
}

async function credentialsOf({ address }: VaultServer, folder: string, spec: VaultSpec): Promise<JoinCredentials> {
  const operators = rehearsedOperators(folder);
  const token = operators.rootToken();
  if (token === undefined) throw new BootstrapError(`${operators.folder} holds no root token of Vault any more.`);
  const credentials = new JoinCredentials(new VaultApi(address), token, spec);
  // Those are their owner's to put there, who has none in a rehearsal.
  if (!(await credentials.hasSnapshotKeys())) await credentials.putSnapshotKeys("AWS_ACCESS_KEY_ID=rehearsed\n");
  return credentials;
}
