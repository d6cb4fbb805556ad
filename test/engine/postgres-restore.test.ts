import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildExample } from "../../components/workloads/example.ts";
import { postgres } from "../../components/workloads/postgres.ts";
import { freePort } from "../../sandbox/control-plane/ports.ts";
import { debianProgram } from "../../sandbox/toolchain/debian.ts";

/*
 * The scripts of the definition as Docker Compose runs them, with its folders moved to a temporary one: start, base
 * backup and the log of changes, and the way back.
 */
const root = mkdtempSync(path.join(tmpdir(), "splitfleet-postgres-restore-"));
const DATA = path.join(root, "data", "main");
const BACKUPS = path.join(root, "backups");
const PASSWORD = "of the superuser";
const moved = (text: string): string =>
  text
    .replaceAll("/var/lib/postgresql", root)
    .replaceAll("/etc/postgresql", path.join(root, "etc"))
    .replaceAll("/tmp/superuser", path.join(root, "superuser"));

const { container, sidecars = {}, files = {} } = buildExample(postgres, {}, { consumers: [], runtime: "compose" });
const scriptOf = (args: readonly string[] | undefined): string => moved(args?.at(-1) ?? "");

/** PostgreSQL does not run as root. */
const owner = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
let port: number;
let env: Record<string, string>;
let server: ChildProcess;

beforeAll(async () => {
  port = await freePort();
  const programs = path.dirname(await debianProgram("initdb", "postgresql"));
  env = {
    PATH: `${programs}:${process.env["PATH"] ?? ""}`,
    PGHOST: "127.0.0.1",
    PGPORT: String(port),
    PGUSER: "postgres",
    PGPASSWORD: PASSWORD,
  };
  const etc = path.join(root, "etc");
  for (const folder of [etc, path.join(root, "data"), BACKUPS]) mkdirSync(folder);
  for (const [file, text] of Object.entries(files)) {
    const here = `listen_addresses = '127.0.0.1'\nport = ${port}\nunix_socket_directories = '${root}'\nfsync = off\n`;
    writeFileSync(moved(file), moved(text) + (file.endsWith("postgresql.conf") ? here : ""));
  }
  if (owner.uid !== undefined) {
    for (const folder of [root, path.join(root, "data"), BACKUPS]) chownSync(folder, owner.uid, owner.gid);
  }
  await start();
});

afterAll(async () => {
  await stop();
  rmSync(root, { recursive: true });
});

async function start(): Promise<void> {
  server = spawn("/bin/sh", ["-ec", scriptOf(container.args)], {
    ...owner,
    env: { ...env, PGDATA: DATA, SUPERUSER_PASSWORD: PASSWORD },
    stdio: "ignore",
  });
  await until("the server takes writes", async () => {
    const { stdout } = await query("SELECT pg_is_in_recovery()", { reject: false });
    return stdout === "f";
  });
}

async function stop(): Promise<void> {
  if (server.exitCode !== null) return;
  const ended = once(server, "exit");
  server.kill("SIGINT");
  await ended;
}

/** Runs the sidecar until it has made one base backup more. */
async function baseBackup(): Promise<void> {
  const before = readdirSync(path.join(BACKUPS, "base")).length;
  const sidecar = spawn("/bin/sh", ["-ec", scriptOf(sidecars["base-backup"]?.args)], {
    ...owner,
    env,
    detached: true,
    stdio: "ignore",
  });
  const ended = once(sidecar, "exit");
  const made = (): string[] => readdirSync(path.join(BACKUPS, "base")).filter((name) => !name.startsWith("."));
  await until("there is a base backup", () => Promise.resolve(made().length > before));
  if (sidecar.pid !== undefined) process.kill(-sidecar.pid, "SIGKILL");
  await ended;
}

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt++) {
    if (await isSo()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`in vain waited until ${what}`);
}

async function query(sql: string, options: { readonly reject?: boolean } = {}) {
  const psql = await debianProgram("psql", "postgresql");
  return execa(psql, ["-X", "-q", "-A", "-t", "-d", "postgres", "-v", "ON_ERROR_STOP=1", "-c", sql], {
    env,
    ...options,
  });
}
const ask = async (sql: string): Promise<string> => (await query(sql)).stdout;

/** The server's clock, at a moment that no change shares. */
async function momentAfterAll(): Promise<string> {
  const moment = await ask("SELECT clock_timestamp()");
  await ask("SELECT pg_sleep(0.1)");
  return moment;
}

test("a table that was dropped comes back as it was at a moment before", async () => {
  await ask("CREATE TABLE orders (id int); INSERT INTO orders SELECT generate_series(1, 100)");
  await baseBackup();
  await ask("INSERT INTO orders SELECT generate_series(101, 150)");
  const moment = await momentAfterAll();
  await ask("DELETE FROM orders WHERE id > 10");
  await ask("DROP TABLE orders");
  expect((await query("SELECT count(*) FROM orders", { reject: false })).stderr).toContain("does not exist");

  await stop();
  writeFileSync(path.join(BACKUPS, "restore-to"), `${moment}\n`);
  if (owner.uid !== undefined) chownSync(path.join(BACKUPS, "restore-to"), owner.uid, owner.gid);
  await start();
  expect(await ask("SELECT count(*), max(id) FROM orders")).toBe("150|150");
  await ask("INSERT INTO orders VALUES (151)");
  const kept = readdirSync(path.join(root, "data")).filter((name) => name.startsWith("main.before-"));
  expect([kept.length, existsSync(path.join(BACKUPS, "restore-to"))]).toEqual([1, false]);
});

test("a start after that restores nothing again", async () => {
  await stop();
  await start();
  expect(await ask("SELECT count(*) FROM orders")).toBe("151");
});

test("files that are lost come back from the newest base backup and every change that was copied", async () => {
  await baseBackup();
  await ask("INSERT INTO orders VALUES (152)");
  await ask("SELECT pg_switch_wal()");
  await until(
    "the change is copied",
    async () =>
      (await ask("SELECT last_archived_wal >= pg_walfile_name(pg_current_wal_lsn() - 1) FROM pg_stat_archiver")) ===
      "t",
  );
  await stop();
  rmSync(DATA, { recursive: true });
  await start();
  expect(await ask("SELECT count(*) FROM orders")).toBe("152");
});

test("a moment before the oldest base backup is refused, and nothing is touched", async () => {
  await stop();
  const file = path.join(BACKUPS, "restore-to");
  writeFileSync(file, "2020-01-01 00:00:00+00");
  const { exitCode, stderr } = await execa("/bin/sh", ["-ec", scriptOf(container.args)], {
    ...owner,
    env: { ...env, PGDATA: DATA },
    reject: false,
  });
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(
    /^no base backup is older than 2020-01-01 00:00:00\+00; there are: \d{8}T\d{6}Z \d{8}T\d{6}Z $/,
  );
  rmSync(file);
  await start();
  expect(await ask("SELECT count(*) FROM orders")).toBe("152");
});
