import { homedir } from "node:os";
import path from "node:path";
import { hasCluster, hasVault } from "../../stacks/spec/optional-parts.ts";
import type { Environment } from "../../stacks/environment-file.ts";
import { asRunning } from "../../stacks/mode.ts";
import { VaultApi } from "../../stacks/vault-api.ts";
import { liveNodeControl } from "../nodes/control-live.ts";
import { BootstrapError, ceremony } from "./ceremony.ts";
import { forgetGoneNodes } from "../nodes/gone.ts";
import { issueKubeconfig, kubeconfigFile, writeKubeconfig } from "../nodes/kubeconfig.ts";
import { overMesh } from "../nodes/remote.ts";
import { JoinCredentials } from "./join-credentials.ts";
import { joinNodes } from "./join.ts";
import { OperatorFolder, readPgpKeys } from "./shares.ts";

/** New servers boot, join the mesh and install Vault first. */
const WAIT_SECONDS = 900;

export interface BootstrapOptions {
  /** Where shares and root token go. @default a folder of the environment below ~/.config/splitfleet */
  readonly operators?: string | undefined;
  /** Files with one armoured public PGP key each; each gets a share that only its owner reads. @default none */
  readonly pgpKeys?: readonly string[] | undefined;
}

const operatorFolder = (environment: string, operators: string | undefined): OperatorFolder =>
  new OperatorFolder(operators ?? path.join(homedir(), ".config", "splitfleet", environment));

/** The user's token for Vault, or the root token of a first run that was cut off; nothing where there is neither. */
export function vaultToken(
  environment: string,
  user: NodeJS.ProcessEnv,
  operators: BootstrapOptions["operators"],
): Readonly<Record<string, string>> {
  const token = user["VAULT_TOKEN"] ?? operatorFolder(environment, operators).rootToken();
  return token === undefined ? {} : { VAULT_TOKEN: token };
}

/**
 * Vault's ceremony on real servers.
 *
 * @returns what an engine needs in its environment to write to Vault
 * @throws BootstrapError where it can not go on, and without a token; InputError for what is no PGP key.
 */
export async function bootstrapVault(
  { name, spec }: Environment,
  user: NodeJS.ProcessEnv,
  { operators, pgpKeys = [] }: BootstrapOptions,
  say: (text: string) => void,
): Promise<Readonly<Record<string, string>>> {
  if (!hasVault(spec)) return {};
  const folder = operatorFolder(name, operators);
  const again = `npm run up -- ${name}`;
  await ceremony({
    vault: new VaultApi(spec.secrets.vault.address, user["VAULT_CACERT"]),
    operators: folder,
    pgpKeys: readPgpKeys(pgpKeys),
    waitSeconds: WAIT_SECONDS,
    again,
    say,
  });
  const access = vaultToken(name, user, operators);
  if (access["VAULT_TOKEN"] !== undefined) return access;
  throw new BootstrapError(
    `Vault is at work, but VAULT_TOKEN is not set and ${folder.folder} holds no root token. Set VAULT_TOKEN, then go on ` +
      `with \`${again}\`.`,
  );
}

/** Takes real nodes out of cluster and mesh whose servers are gone, after an `up` that was not the first. */
export async function forgetLiveNodes(
  environment: Environment,
  user: NodeJS.ProcessEnv,
  say: (text: string) => void,
): Promise<void> {
  if (!hasCluster(environment.spec)) return;
  const control = liveNodeControl(environment, user);
  await forgetGoneNodes({ environment: asRunning(environment), control, say });
}

/**
 * Lets real nodes into the cluster that wait for it.
 *
 * @param user With what {@link bootstrapVault} has returned.
 */
export async function joinLiveNodes(
  environment: Environment,
  user: NodeJS.ProcessEnv,
  say: (text: string) => void,
): Promise<void> {
  const { name, spec } = environment;
  if (!hasCluster(spec)) return;
  const again = `npm run up -- ${name}`;
  const credentials = async (): Promise<JoinCredentials> => {
    const token = user["VAULT_TOKEN"];
    if (token === undefined) {
      throw new BootstrapError(
        `New nodes wait to join, but VAULT_TOKEN is not set. Set it, then go on with \`${again}\`.`,
      );
    }
    return new JoinCredentials(new VaultApi(spec.secrets.vault.address, user["VAULT_CACERT"]), token, spec);
  };
  const control = liveNodeControl(environment, user);
  await joinNodes({ environment: asRunning(environment), control, credentials, again, say });
}

/**
 * Credentials for the cluster that has only just been founded, in the file where `npm run kubeconfig` puts them.
 *
 * @returns what an engine needs in its environment to write to the cluster
 */
export async function liveKubeconfig(environment: Environment): Promise<Readonly<Record<string, string>>> {
  if (!hasCluster(environment.spec)) return {};
  const file = kubeconfigFile(environment.name);
  writeKubeconfig(file, await issueKubeconfig(environment, overMesh()));
  return { KUBECONFIG: file };
}
