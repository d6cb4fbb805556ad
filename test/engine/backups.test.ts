import { createCipheriv } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { withBackups } from "../../components/workloads/backups.ts";
import { buildExample } from "../../components/workloads/example.ts";
import { qdrant } from "../../components/workloads/qdrant.ts";
import { resolveTool } from "../../sandbox/toolchain/resolve.ts";

/* The scripts that copy a volume and bring it back, with the real restic and a repository in a folder. */

const root = mkdtempSync(path.join(tmpdir(), "splitfleet-backups-"));
const volume = path.join(root, "volume");
const repository = path.join(root, "repository");
const PASSWORD = "of the copies";
let restic: string;

beforeAll(async () => {
  restic = (await resolveTool("restic")).path;
});
afterAll(() => rmSync(root, { recursive: true }));

beforeEach(() => {
  for (const folder of [volume, repository]) rmSync(folder, { recursive: true, force: true });
  mkdirSync(path.join(volume, "collections", "notes"), { recursive: true });
  writeFileSync(path.join(volume, "raft_state.json"), '{"state":1}');
  writeFileSync(path.join(volume, "collections", "notes", "segment.bin"), SEGMENT);
  chmodSync(path.join(volume, "raft_state.json"), 0o600);
});

/** Files that do not compress, each larger than a piece of restic's. */
const noise = (key: number): Buffer =>
  createCipheriv("aes-256-ctr", Buffer.alloc(32, key), Buffer.alloc(16)).update(Buffer.alloc(3 << 20));
const SEGMENT = noise(1);

const handle = { workload: "store", team: "platform", namespace: "team-platform", port: 443, protocol: "TCP" } as const;
const store = {
  handle: { ...handle, host: "store", url: "https://store", credentials: "access" },
  bucket: "backups",
  image: () => "restic",
};
const backup = Object.values(withBackups(buildExample(qdrant), "qdrant", store).volumes ?? {}).find(
  (each) => each.backup !== undefined,
)?.backup;

/** Runs one of the volume's containers as its pod would, and returns how it ended. */
async function run(verb: "save" | "restore", more: Record<string, string> = {}) {
  const container = backup?.[verb];
  if (container?.command === undefined) throw new Error(`no ${verb} of qdrant's volume`);
  const [shell = "", ...options] = container.command;
  return execa(shell, [...options, ...(container.args ?? [])], {
    env: {
      PATH: `${path.dirname(restic)}:/usr/bin:/bin`,
      HOME: root,
      RESTIC_CACHE_DIR: path.join(root, "cache"),
      BACKUP_REPOSITORY: repository,
      BACKUP_KEEP_DAYS: "14",
      BACKUP_PATH: volume,
      RESTIC_PASSWORD: PASSWORD,
      AWS_SECRET_ACCESS_KEY: "of the store",
      ...more,
    },
    extendEnv: false,
    all: true,
    reject: false,
  });
}

const ask = (args: readonly string[]) =>
  execa(restic, ["--repo", repository, "--no-cache", ...args], { env: { RESTIC_PASSWORD: PASSWORD } });

const snapshots = async (): Promise<readonly { readonly short_id: string }[]> =>
  JSON.parse((await ask(["snapshots", "--json"])).stdout) as { short_id: string }[];

const segment = (): Buffer => readFileSync(path.join(volume, "collections", "notes", "segment.bin"));

test("a volume that is lost comes back byte by byte, with who may read it", async () => {
  expect((await run("save")).exitCode).toBe(0);
  rmSync(path.join(volume, "collections"), { recursive: true });
  writeFileSync(path.join(volume, "raft_state.json"), "damaged");
  writeFileSync(path.join(volume, "newer"), "than the copy");
  expect((await run("restore")).exitCode).toBe(0);
  expect(segment().equals(SEGMENT)).toBe(true);
  expect(readFileSync(path.join(volume, "raft_state.json"), "utf8")).toBe('{"state":1}');
  expect(statSync(path.join(volume, "raft_state.json")).mode & 0o777).toBe(0o600);
  expect(readdirSync(volume).sort()).toEqual(["collections", "raft_state.json"]);
});

test("an earlier copy comes back by its id", async () => {
  await run("save");
  const [first] = await snapshots();
  writeFileSync(path.join(volume, "raft_state.json"), '{"state":2}');
  await run("save");
  await run("restore", { RESTORE_AT: first?.short_id ?? "" });
  expect(readFileSync(path.join(volume, "raft_state.json"), "utf8")).toBe('{"state":1}');
  await run("restore");
  expect(readFileSync(path.join(volume, "raft_state.json"), "utf8")).toBe('{"state":2}');
});

test("copies older than they are kept go with their data at the next one", async () => {
  await run("save");
  const aged = ["backup", "--host", "splitfleet", "--time", "2020-01-01 00:00:00", "--quiet", volume];
  writeFileSync(path.join(volume, "old-only"), noise(2));
  await ask(aged);
  rmSync(path.join(volume, "old-only"));
  const size = async (): Promise<number> =>
    (JSON.parse((await ask(["stats", "--mode", "raw-data", "--json"])).stdout) as { total_size: number }).total_size;
  const [before, { length }] = [await size(), await snapshots()];
  await run("save");
  expect([length, (await snapshots()).length]).toEqual([2, 2]);
  expect(before - (await size())).toBeGreaterThan(2 << 20);
  expect((await ask(["check"])).exitCode).toBe(0);
});

test("the lock of a copy that was killed does not stop the next one", async () => {
  await run("save");
  const locks = (): string[] => readdirSync(path.join(repository, "locks"));
  const killed = execa(restic, ["--repo", repository, "--no-cache", "backup", "--stdin"], {
    env: { RESTIC_PASSWORD: PASSWORD },
    stdin: "pipe",
    reject: false,
  });
  for (let attempt = 0; locks().length === 0 && attempt < 100; attempt++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  killed.kill("SIGKILL");
  await killed;
  expect(locks()).toHaveLength(1);
  expect((await run("save")).exitCode).toBe(0);
  expect(locks()).toEqual([]);
});

test("with another password nothing is read and nothing is written", async () => {
  await run("save");
  const files = readdirSync(repository, { recursive: true }).sort();
  for (const verb of ["save", "restore"] as const) {
    const { exitCode, all } = await run(verb, { RESTIC_PASSWORD: "guessed" });
    expect([exitCode, all.includes("wrong password or no key found")]).toEqual([12, true]);
  }
  expect(readdirSync(repository, { recursive: true }).sort()).toEqual(files);
  expect(segment().equals(SEGMENT)).toBe(true);
});

test("no output has a secret, and no argument does", async () => {
  const outputs = [await run("save"), await run("restore"), await run("save", { RESTIC_PASSWORD: "guessed" })];
  const text = outputs.map(({ all, command }) => `${command}\n${all}`).join("\n");
  for (const secret of [PASSWORD, "of the store", "guessed"]) expect(text).not.toContain(secret);
});
