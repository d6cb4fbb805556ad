import type { OperationResult } from "../../sandbox/session/engine.ts";
import { FOUNDATION, type Layer } from "../../stacks/layering.ts";
import type { EnvironmentSpec } from "../../stacks/spec/environment.ts";
import { hasCluster, hasVault } from "../../stacks/spec/optional-parts.ts";
import type { Registered } from "../layers/targets.ts";
import { joined } from "./joined.ts";

export interface FirstRun<R extends OperationResult> {
  /** Runs the engine on some layers; on all of them where none is named. */
  readonly run: (layers: readonly Layer[]) => Promise<R>;
  /** Brings Vault to work. */
  readonly openVault: () => Promise<void>;
  /** Lets the nodes into the cluster. */
  readonly join: () => Promise<void>;
}

/** Whether an environment that has a Vault was never brought up to the end of what needs a person or an order. */
export function isFirstBringUp(spec: EnvironmentSpec, state: readonly Registered[]): boolean {
  const top = hasCluster(spec) ? "kubernetes:" : "vault:";
  return hasVault(spec) && !state.some(({ type }) => type.startsWith(top));
}

/**
 * The first bring-up: what the clouds make, Vault, the roles that nodes log in to it with, the nodes' joining, then the rest.
 * Every step finds out by itself what it has to do, so that a run that was cut off is repeated as a whole.
 */
export async function firstRun<R extends OperationResult>({
  run,
  openVault,
  join,
}: FirstRun<R>): Promise<OperationResult> {
  const foundation = await run(FOUNDATION);
  if (foundation.exitCode !== 0) return foundation;
  await openVault();
  const secrets = joined(foundation, await run(["secrets"]));
  if (secrets.exitCode !== 0) return secrets;
  await join();
  return joined(secrets, await run([]));
}
