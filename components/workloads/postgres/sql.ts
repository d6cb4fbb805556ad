/** A database and the role that owns it; both have the consumer's name. */
export interface Tenant {
  readonly workload: string;
  /** Role and database: the workload's name in PostgreSQL's spelling. */
  readonly role: string;
  /** Name of the secret with its user name and password. */
  readonly secret: string;
  /** Variable of the environment with its password. */
  readonly variable: string;
}

export const tenantOf = (workload: string): Tenant => {
  const role = workload.replaceAll("-", "_");
  return { workload, role, secret: `client-${workload}`, variable: `PASSWORD_${role.toUpperCase()}` };
};

/** In every database of the fleet. */
export const EXTENSIONS = ["pgcrypto", "postgis", "vector"] as const;

/**
 * Who may log in from where: the operator of the database on the machine itself, and each role to the database of its
 * own name. Nobody reaches another's, not even to look at what tables there are.
 */
export const HOST_RULES = ["host sameuser all all scram-sha-256", "host all all all reject"] as const;

/**
 * For psql, as superuser: a role and a database for each tenant, and none that is there already. Passwords come from the
 * environment, so that no argument and no log has them.
 */
export const tenantsSql = (tenants: readonly Tenant[], extensions: readonly string[] = EXTENSIONS): string =>
  [
    "\\set ON_ERROR_STOP on",
    "SET log_statement = 'none';",
    "SET log_min_error_statement = 'panic';",
    ...tenants.flatMap(({ role, variable }) => [
      `\\getenv password ${variable}`,
      `SELECT 'CREATE ROLE ${role} LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${role}') \\gexec`,
      `ALTER ROLE ${role} PASSWORD :'password';`,
      `SELECT 'CREATE DATABASE ${role} OWNER ${role}' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '${role}') \\gexec`,
      `REVOKE CONNECT, TEMPORARY ON DATABASE ${role} FROM PUBLIC;`,
      `\\connect ${role}`,
      ...extensions.map((extension) => `CREATE EXTENSION IF NOT EXISTS ${extension};`),
      "\\connect postgres",
      "SET log_statement = 'none';",
      "SET log_min_error_statement = 'panic';",
    ]),
    "",
  ].join("\n");

/**
 * For psql, in one tenant's database: runs what the tenant itself defined to forget a person, a function
 * `erase_subject(text)` that returns the number of rows. One without tells that nobody is asked for.
 */
export const ERASE_SQL = `\\set ON_ERROR_STOP on
\\getenv subject SUBJECT
SELECT to_regprocedure('erase_subject(text)') IS NOT NULL AS defined \\gset
\\if :defined
SELECT erase_subject(:'subject') AS rows;
\\else
\\echo no function erase_subject(text) in this database: it holds nothing about persons
\\endif
`;
