import { setTimeout as sleep } from "node:timers/promises";
import type { OperatorFolder } from "./shares.ts";
import { VaultError, type SealStatus, type VaultApi } from "../../stacks/vault-api.ts";

/** Vault's own defaults. */
const SHARES = 5;
const THRESHOLD = 3;

const POLL_MS = 5_000;

export interface CeremonyOptions {
  readonly vault: VaultApi;
  readonly operators: OperatorFolder;
  /** One public key for each operator, as {@link readPgpKeys} reads them; empty for shares in the clear. */
  readonly pgpKeys: readonly string[];
  /** How long a Vault that was only just installed may take until it answers. */
  readonly waitSeconds: number;
  /** How to go on after a failure, such as `npm run up -- production`. */
  readonly again: string;
  /** Tells a person what was done; never a share or a token. */
  readonly say: (text: string) => void;
}

/** The ceremony can not go on by itself. The message says why, and what to do. */
export class BootstrapError extends Error {
  override readonly name = "BootstrapError";
}

/**
 * Brings a new Vault to work: initialises it, hands the shares to its operators, unseals it. Each step is left out that
 * was done before, so that it can be repeated at any time. Where a service unseals Vault by itself, the shares are
 * recovery keys and nothing has to be unsealed here.
 *
 * @throws BootstrapError where Vault does not answer, and where only its operators can unseal it.
 */
export async function ceremony(options: CeremonyOptions): Promise<void> {
  const before = await answering(options);
  const status = before.initialized ? before : await initialize(before, options);
  if (!status.sealed) return;
  if (status.type !== "shamir") throw new BootstrapError(staysSealed(status, options));
  await unseal(status, options);
}

async function answering({ vault, waitSeconds, again }: CeremonyOptions): Promise<SealStatus> {
  const until = Date.now() + waitSeconds * 1000;
  for (;;) {
    try {
      return await vault.status();
    } catch (error) {
      if (!(error instanceof VaultError)) throw error;
      if (Date.now() >= until) {
        throw new BootstrapError(
          `Vault does not answer: ${error.message}\n` +
            "Is this machine in the mesh (`tailscale status`), and does VAULT_CACERT name Vault's authority? " +
            `Then go on with \`${again}\`.`,
          { cause: error },
        );
      }
      await sleep(Math.min(POLL_MS, Math.max(0, until - Date.now())));
    }
  }
}

async function initialize({ type }: SealStatus, options: CeremonyOptions): Promise<SealStatus> {
  const { vault, operators, pgpKeys, again, say } = options;
  if (operators.isUsed) {
    throw new BootstrapError(
      `${operators.folder} holds the shares of another initialisation, but ${vault.address} is not initialised. ` +
        `If that Vault is gone for good, move the folder away and go on with \`${again}\`.`,
    );
  }
  const count = pgpKeys.length === 0 ? SHARES : pgpKeys.length;
  const threshold = Math.min(THRESHOLD, count);
  const prefix = type === "shamir" ? "secret" : "recovery";
  const answer = await vault.initialize({
    [`${prefix}_shares`]: count,
    [`${prefix}_threshold`]: threshold,
    ...(pgpKeys.length === 0 ? {} : { [type === "shamir" ? "pgp_keys" : "recovery_pgp_keys"]: pgpKeys }),
  });
  const shares = type === "shamir" ? answer.keys_base64 : answer.recovery_keys_base64;
  const files = operators.write(shares, answer.root_token, pgpKeys.length > 0);
  say(
    `Vault is initialised; ${threshold} of ${count} shares open it. They are in these files and nowhere else; give ` +
      `each to another person and delete it here:\n${files.map((file) => `  ${file}`).join("\n")}`,
  );
  return vault.status();
}

async function unseal(status: SealStatus, options: CeremonyOptions): Promise<void> {
  const { vault, operators, say } = options;
  for (const share of operators.shares()) {
    const { sealed } = await vault.unseal(share);
    if (!sealed) return say("Vault is unsealed.");
  }
  throw new BootstrapError(staysSealed(status, options));
}

function staysSealed({ type, t }: SealStatus, { vault, operators, again }: CeremonyOptions): string {
  if (type !== "shamir") {
    return `${vault.address} is sealed, and ${type} should unseal it: look at Vault's log, then go on with \`${again}\`.`;
  }
  return (
    `${vault.address} is sealed, and ${operators.folder} has not the ${t} shares that open it. Each of ${t} operators ` +
    `runs \`VAULT_ADDR=${vault.address} vault operator unseal\` and types a share; then go on with \`${again}\`.`
  );
}
