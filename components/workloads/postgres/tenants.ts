import type { SecretDeclaration, SecretReference } from "../contract.ts";
import { ERASE_SQL, type Tenant } from "./sql.ts";

/** A secret of each tenant; CloudNativePG wants the role's name beside its password. */
export const tenantSecrets = (tenants: readonly Tenant[]): Record<string, SecretDeclaration> =>
  Object.fromEntries(
    tenants.map(({ secret, role }) => [
      secret,
      { class: "generated", keys: ["username", "password"], fixed: { username: role } },
    ]),
  );

/** Variables of the environment with the tenants' passwords. */
export const tenantPasswords = (tenants: readonly Tenant[]): Record<string, SecretReference> =>
  Object.fromEntries(tenants.map(({ variable, secret }) => [variable, { secret, key: "password" }]));

/** Has each database forget a person, asked as its own role: nobody else may. */
export const eraseScript = (tenants: readonly Tenant[]): string =>
  tenants
    .map(({ role, variable }) => `PGPASSWORD="$${variable}" psql -U ${role} -d ${role} <<'EOF'\n${ERASE_SQL}EOF`)
    .join("\n");
