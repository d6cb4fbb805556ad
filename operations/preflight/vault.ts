import { VaultError, type VaultApi } from "../../stacks/vault-api.ts";
import { failed, ok, unknown, type Finding, type PreflightCheck } from "./check.ts";

/** What the provider writes to, each with what it takes to. */
const WRITES = ["sys/mounts/preflight", "sys/auth/preflight", "sys/policies/acl/preflight"] as const;

/** Whether Vault answers, and whether the token may write what the environment keeps there. */
export async function checkVault(
  vault: VaultApi,
  { environment, token }: { readonly environment: string; readonly token: string | undefined },
): Promise<readonly PreflightCheck[]> {
  const up = `npm run up -- ${environment}`;
  try {
    const { initialized, sealed } = await vault.status();
    if (!initialized) return [state(unknown("not initialised", `\`${up}\` does it.`))];
    if (sealed) return [state(failed("sealed", "Its operators unseal it with `vault operator unseal`."))];
    return [state(ok("unsealed")), { id: "vault-token", title: "Vault token", ...(await rights(vault, token)) }];
  } catch (error) {
    if (!(error instanceof VaultError)) throw error;
    return [state(unknown(error.message, `Join the mesh. Before the first \`${up}\` there is none, which is well.`))];
  }
}

const state = (finding: Finding): PreflightCheck => ({ id: "vault", title: "Vault", ...finding });

async function rights(vault: VaultApi, token: string | undefined): Promise<Finding> {
  const login = "Log in with `vault login` and set VAULT_TOKEN.";
  if (token === undefined) return failed("VAULT_TOKEN is not set", login);
  const may = await vault.capabilities(token, WRITES);
  const lacking = WRITES.filter(
    (path) => may[path]?.some((right) => ["root", "create", "update"].includes(right)) !== true,
  );
  return lacking.length === 0 ? ok("may write") : failed(`may not write ${lacking.join(", ")}`, login);
}
