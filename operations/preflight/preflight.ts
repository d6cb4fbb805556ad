import type { Environment } from "../../stacks/environment-file.ts";
import { hasVault } from "../../stacks/spec/optional-parts.ts";
import { ownPolicy } from "../../stacks/tailnet.ts";
import { VaultApi } from "../../stacks/vault-api.ts";
import { InputError } from "../errors.ts";
import { type Ask, createAsk } from "../resolve/ask.ts";
import { awsCli, type AwsCli } from "../resolve/aws-cli.ts";
import { checkAws } from "./aws.ts";
import { failed, type PreflightCheck, type PreflightReport } from "./check.ts";
import { checkHetzner } from "./hetzner.ts";
import { checkMesh, meshStatus, type MeshStatus } from "./mesh.ts";
import { checkVault } from "./vault.ts";

export interface PreflightOptions {
  /** ISO date. */
  readonly today: string;
  /** The user's own: credentials are read from it and go to their own service alone. */
  readonly environment: NodeJS.ProcessEnv;
  /** @default the network */
  readonly ask?: Ask;
  /** @default the user's AWS CLI */
  readonly aws?: AwsCli;
  /** @default the user's tailscale */
  readonly mesh?: MeshStatus;
}

/** What a live `up` needs of the accounts that it works in. Changes nothing in any of them. */
export async function preflight(
  { name, spec, lock }: Pick<Environment, "name" | "spec" | "lock">,
  {
    today,
    environment,
    ask = createAsk({ aftermath: NOTHING }),
    aws = awsCli(undefined, NOTHING),
    mesh = meshStatus(),
  }: PreflightOptions,
): Promise<PreflightReport> {
  const token = environment["HCLOUD_TOKEN"];
  const groups = await Promise.all([
    guarded("hetzner", "Hetzner", () => checkHetzner(spec, lock, { ask, token, today })),
    guarded("aws", "AWS", () => checkAws(spec, lock, aws)),
    guarded("mesh", "Mesh", () =>
      checkMesh(spec.mesh.tailnet, { name, ask, environment, status: mesh, policy: ownPolicy({ spec, lock }) }),
    ),
    guarded("vault", "Vault", async () => {
      if (!hasVault(spec)) return [];
      const vault = new VaultApi(spec.secrets.vault.address, environment["VAULT_CACERT"]);
      return checkVault(vault, { environment: name, token: environment["VAULT_TOKEN"] });
    }),
  ]);
  const checks = groups.flat();
  return { environment: name, ok: checks.every(({ status }) => status !== "failed"), checks };
}

const NOTHING = "Nothing was changed.";

/** A service that refuses to be asked is a finding of its own, and keeps no other from being asked. */
async function guarded(
  id: string,
  title: string,
  ask: () => Promise<readonly PreflightCheck[]>,
): Promise<readonly PreflightCheck[]> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return [{ id, title, ...failed(error.message, "See what it says, then run again.") }];
  }
}
