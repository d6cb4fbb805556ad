import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { mergeOptions, ResourceHook, RunError, runtime } from "@pulumi/pulumi";
import { z } from "zod";
import type { EnvironmentSpec } from "./spec/environment.ts";
import { hasVault } from "./spec/optional-parts.ts";
import { VaultApi, VaultError } from "./vault-api.ts";

const rehearsedVault = z.object({ initialized: z.boolean(), sealed: z.boolean() });

export interface GateOptions {
  /** `SPLITFLEET_REHEARSAL`: folder of the rehearsal, whose Vault is a file in it. */
  readonly rehearsal: string | undefined;
  /** `VAULT_CACERT`. */
  readonly caFile: string | undefined;
}

/**
 * Keeps a run from creating anything in a Vault or a cluster that was not bootstrapped: `pulumi up` stops at the first
 * such object and names the command that goes on. Everything below is brought up, and what exists is changed and deleted
 * as ever. To be called before the first resource, and not for a preview.
 */
export async function holdUntilBootstrapped(spec: EnvironmentSpec, options: GateOptions): Promise<void> {
  if (!hasVault(spec)) return;
  const { address } = spec.secrets.vault;
  const reason = await whyNot(address, options);
  if (reason === undefined) return;
  const { name } = spec.environment;
  const verb = `npm run up -- ${name}${options.rehearsal === undefined ? "" : " --rehearse"}`;
  const hook = new ResourceHook("bootstrapped", () => {
    throw new RunError(`Vault at ${address} ${reason}, so "${name}" is not bootstrapped: run \`${verb}\`.`);
  });
  runtime.registerStackTransformation(({ type, props, opts }) =>
    type.startsWith("vault:") || type.startsWith("kubernetes:")
      ? { props, opts: mergeOptions(opts, { hooks: { beforeCreate: [hook] } }) }
      : undefined,
  );
}

/** Undefined for a Vault at work. */
async function whyNot(address: string, { rehearsal, caFile }: GateOptions): Promise<string | undefined> {
  try {
    const status = rehearsal === undefined ? await new VaultApi(address, caFile).status() : rehearsed(rehearsal);
    return !status.initialized ? "is not initialised" : status.sealed ? "is sealed" : undefined;
  } catch (error) {
    if (error instanceof VaultError) return "does not answer";
    throw error;
  }
}

/** A Vault that the rehearsal says nothing of is at work. */
function rehearsed(folder: string): z.infer<typeof rehearsedVault> {
  const file = path.join(folder, "world", "vault.json");
  if (!existsSync(file)) return { initialized: true, sealed: false };
  return rehearsedVault.parse(JSON.parse(readFileSync(file, "utf8")));
}
