import { homedir } from "node:os";
import path from "node:path";
import { hasVault } from "../../stacks/spec/optional-parts.ts";
import type { Environment } from "../../stacks/environment-file.ts";
import { VaultApi } from "../../stacks/vault-api.ts";
import type { Registered } from "../layers/targets.ts";
import { BootstrapError, ceremony } from "./ceremony.ts";
import { OperatorFolder, readPgpKeys } from "./shares.ts";

/** New servers boot, join the mesh and install Vault first. */
const WAIT_SECONDS = 900;

export interface BootstrapOptions {
  /** Where shares and root token go. @default a folder of the environment below ~/.config/splitfleet */
  readonly operators?: string | undefined;
  /** Files with one armoured public PGP key each; each gets a share that only its owner reads. @default none */
  readonly pgpKeys?: readonly string[] | undefined;
}

/** Whether an environment that has a Vault has nothing in it yet. */
export const isFirstBringUp = ({ spec }: Pick<Environment, "spec">, state: readonly Registered[]): boolean =>
  hasVault(spec) && !state.some(({ type }) => type.startsWith("vault:"));

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
  const folder = new OperatorFolder(operators ?? path.join(homedir(), ".config", "splitfleet", name));
  const again = `npm run up -- ${name}`;
  await ceremony({
    vault: new VaultApi(spec.secrets.vault.address, user["VAULT_CACERT"]),
    operators: folder,
    pgpKeys: readPgpKeys(pgpKeys),
    waitSeconds: WAIT_SECONDS,
    again,
    say,
  });
  const token = user["VAULT_TOKEN"] ?? folder.rootToken();
  if (token !== undefined) return { VAULT_TOKEN: token };
  throw new BootstrapError(
    `Vault is at work, but VAULT_TOKEN is not set and ${folder.folder} holds no root token. Set VAULT_TOKEN, then go on ` +
      `with \`${again}\`.`,
  );
}
