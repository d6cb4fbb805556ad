import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { serverConfiguration } from "../../components/workloads/postgres/server.ts";
import { ERASE_SQL, HOST_RULES, tenantOf, tenantsSql } from "../../components/workloads/postgres/sql.ts";
import { freePort } from "../../sandbox/control-plane/ports.ts";
import { debianProgram } from "../../sandbox/toolchain/debian.ts";

const root = mkdtempSync(join(tmpdir(), "splitfleet-postgres-"));
const data = join(root, "data");
const tenants = [tenantOf("web-app"), tenantOf("n8n")];
/** Debian's PostgreSQL has no pgvector. */
const EXTENSIONS = ["pgcrypto", "postgis"];
let port: number;
let server: ChildProcess;

/** PostgreSQL does not run as root. */
const owner = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : undefined;

const program = (name: string): Promise<string> => debianProgram(name, "postgresql postgresql-15-postgis-3");

beforeAll(async () => {
  port = await freePort();
  if (owner !== undefined) chownSync(root, owner.uid, owner.gid);
  await execa(
    await program("initdb"),
    ["-D", data, "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"],
    owner ?? {},
  );
  const rules = ["local all postgres trust", ...HOST_RULES];
  const files = {
    "pg_hba.conf": `${rules.join("\n")}\n`,
    "postgresql.conf": [
      serverConfiguration({ max_connections: "20", fsync: "off" }),
      `listen_addresses = '127.0.0.1'`,
      `port = ${port}`,
      `unix_socket_directories = '${root}'`,
      `hba_file = '${join(root, "pg_hba.conf")}'`,
      `archive_command = 'cp %p ${root}/wal/%f'`,
    ].join("\n"),
  };
  mkdirSync(join(root, "wal"));
  if (owner !== undefined) chownSync(join(root, "wal"), owner.uid, owner.gid);
  for (const [name, content] of Object.entries(files)) writeFileSync(join(root, name), content);
  server = spawn(await program("postgres"), ["-D", data, "-c", `config_file=${join(root, "postgresql.conf")}`], {
    ...owner,
    stdio: "ignore",
  });
  await untilReady();
  await makeTenants();
});

afterAll(async () => {
  const ended = once(server, "exit");
  server.kill("SIGINT");
  await ended;
  rmSync(root, { recursive: true });
});

async function untilReady(): Promise<void> {
  const ready = await program("pg_isready");
  for (let attempt = 0; attempt < 100; attempt++) {
    if ((await execa(ready, ["-h", root, "-p", String(port)], { reject: false })).exitCode === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("PostgreSQL did not come up");
}

const passwords = Object.fromEntries(tenants.map(({ variable }) => [variable, `secret of ${variable}`]));

async function psql(args: readonly string[], script: string, environment: Record<string, string> = {}) {
  const options = { input: script, env: environment, reject: false };
  return execa(await program("psql"), ["-X", "-q", "-A", "-t", "-p", String(port), ...args], options);
}

/** What the job does, as superuser. */
async function makeTenants(): Promise<void> {
  const { stderr, exitCode } = await psql(
    ["-h", root, "-U", "postgres", "-d", "postgres"],
    tenantsSql(tenants, EXTENSIONS),
    passwords,
  );
  expect({ exitCode, errors: stderr.split("\n").filter((line) => line.includes("ERROR")) }).toEqual({
    exitCode: 0,
    errors: [],
  });
}

/** Statements of a tenant in a database, over the network. */
const as = (role: string, database: string, script: string, more: Record<string, string> = {}) =>
  psql(["-h", "127.0.0.1", "-U", role, "-d", database, "-v", "ON_ERROR_STOP=1"], script, {
    PGPASSWORD: `secret of PASSWORD_${role.toUpperCase()}`,
    ...more,
  });

describe("PostgreSQL with the definition's roles and databases", () => {
  test("has the extensions in each database", async () => {
    const { stdout } = await as(
      "web_app",
      "web_app",
      "SELECT string_agg(extname, ' ' ORDER BY extname) FROM pg_extension",
    );
    expect(stdout).toBe("pgcrypto plpgsql postgis");
    const { stdout: metres } = await as(
      "web_app",
      "web_app",
      "SELECT round(ST_Distance('POINT(10 50)'::geography, 'POINT(10 51)'::geography))",
    );
    expect(metres).toBe("111239");
  });

  test("lets each workload into its own database, and into no other", async () => {
    expect((await as("n8n", "n8n", "SELECT current_user")).stdout).toBe("n8n");
    expect((await as("n8n", "web_app", "SELECT 1")).stderr).toContain("pg_hba.conf rejects connection");
    expect((await as("n8n", "postgres", "SELECT 1")).stderr).toContain("pg_hba.conf rejects connection");
    expect((await as("postgres", "postgres", "SELECT 1")).stderr).toContain("password authentication failed");
  });

  test("asks for the password of the secret, which a change of the secret changes", async () => {
    expect((await as("n8n", "n8n", "SELECT 1", { PGPASSWORD: "wrong" })).stderr).toContain(
      "password authentication failed",
    );
    passwords["PASSWORD_N8N"] = "another";
    await makeTenants();
    expect((await as("n8n", "n8n", "SELECT 1", { PGPASSWORD: "another" })).stdout).toBe("1");
  });

  test("encrypts a column, of which the table has nothing to read", async () => {
    const { stdout } = await as(
      "web_app",
      "web_app",
      `CREATE TABLE patient (subject text PRIMARY KEY, name bytea NOT NULL);
       INSERT INTO patient VALUES ('person-7', pgp_sym_encrypt('Ada Lovelace', 'key')), ('person-8', pgp_sym_encrypt('Alan', 'key'));
       SELECT position('Ada' IN encode(name, 'escape')), pgp_sym_decrypt(name, 'key') FROM patient WHERE subject = 'person-7';`,
    );
    expect(stdout).toBe("0|Ada Lovelace");
  });

  test("erases a person by what the workload itself defined, and says where nothing is defined", async () => {
    await as(
      "web_app",
      "web_app",
      `CREATE FUNCTION erase_subject(who text) RETURNS bigint LANGUAGE sql AS
         $$ WITH gone AS (DELETE FROM patient WHERE subject = who RETURNING 1) SELECT count(*) FROM gone $$;`,
    );
    const subject = { SUBJECT: "person-7" };
    expect((await as("web_app", "web_app", ERASE_SQL, subject)).stdout).toBe("1");
    expect((await as("web_app", "web_app", "SELECT subject FROM patient")).stdout).toBe("person-8");
    expect((await as("n8n", "n8n", ERASE_SQL, { ...subject, PGPASSWORD: "another" })).stdout).toBe(
      "no function erase_subject(text) in this database: it holds nothing about persons",
    );
  });
});
