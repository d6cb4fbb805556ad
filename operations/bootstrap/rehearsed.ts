import path from "node:path";
import type { ResolvedEnvironment } from "../../stacks/environment-file.ts";
import { hasVault } from "../../stacks/spec/optional-parts.ts";
import { OperatorFolder } from "./shares.ts";

/** Who holds the shares of a rehearsal's Vault. @param marker Folder of the rehearsal. */
export const rehearsedOperators = (marker: string): OperatorFolder =>
  new OperatorFolder(path.join(marker, "world", "operators"));

/** The environment with its Vault where that of the rehearsal listens. */
export function withVaultAt<E extends Pick<ResolvedEnvironment, "spec">>(environment: E, address: string): E {
  const { spec } = environment;
  if (!hasVault(spec)) return environment;
  const secrets = { ...spec.secrets, vault: { ...spec.secrets.vault, address } };
  return { ...environment, spec: { ...spec, secrets } };
}
