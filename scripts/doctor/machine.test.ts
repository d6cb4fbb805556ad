import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { layoutOf } from "../../sandbox/session/layout.ts";
import { checkDisk, checkFolders, checkGit, checkLocks, checkNode, checkPackages, checkSetpriv } from "./machine.ts";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "splitfleet-doctor-"));
});
afterEach(() => rm(root, { recursive: true }));

test("an old Node fails with the version to install", () => {
  expect(checkNode("20.20.2", "/usr/bin/node")).toEqual({
    id: "node",
    title: "Node",
    status: "failed",
    found: "20.20.2, /usr/bin/node",
    fix: "Install Node 24 (22.18 at least) and put it first on PATH.",
  });
  expect(checkNode("24.21.0", "/opt/node").status).toBe("ok");
});

test("packages that bootstrap did not install fail", async () => {
  await writeFile(join(root, "package-lock.json"), "{}");
  expect(checkPackages(root, "linux-x64")).toMatchObject({
    status: "failed",
    found: "node_modules differs from package-lock.json",
    fix: "Run any verb by npm, such as `npm run doctor`: it installs them.",
  });
});

test("a machine without git or setpriv still works, with less", async () => {
  const environment = { PATH: root };
  expect(await checkGit(environment)).toMatchObject({ status: "warning", found: "not installed" });
  expect(await checkSetpriv(environment, "linux-x64")).toMatchObject({ status: "warning", fix: "Install util-linux." });
  expect(await checkSetpriv(environment, "darwin-arm64")).toMatchObject({ status: "ok" });
});

test("a disk without room for what is to be built fails with how much to free", async () => {
  const folder = join(root, "not/made/yet");
  expect(await checkDisk(folder, 0)).toMatchObject({ status: "ok", fix: "" });
  expect(await checkDisk(folder, 1e9)).toMatchObject({
    status: "failed",
    fix: "Free 1000000000.5 GiB, or set XDG_CACHE_HOME to a folder on a larger disk.",
  });
});

test("a folder that cannot be made is named", async () => {
  const file = join(root, "file");
  await writeFile(file, "");
  expect(await checkFolders([root, join(root, "new")])).toMatchObject({ status: "ok" });
  expect(await checkFolders([root, join(file, "below")])).toMatchObject({
    status: "failed",
    found: `not writable: ${join(file, "below")}`,
  });
});

test("a dead engine's lock fails with the command that repairs it; a lock of another machine does not", async () => {
  expect(await checkLocks(root)).toMatchObject({ status: "ok", found: "none" });

  const { pid } = spawnSync("true");
  const timestamp = "2026-05-01T10:00:00Z";
  const lock = (name: string, owner: object) =>
    writeLock(name, JSON.stringify({ username: "ada", timestamp, ...owner }));
  await lock("sandbox", { pid, hostname: hostname() });
  await lock("factory", { pid: 7, hostname: "another-machine" });
  expect(await checkLocks(root)).toEqual({
    id: "locks",
    title: "Sandbox locks",
    status: "failed",
    found: `factory: in use by process 7 since ${timestamp}\nsandbox: left by process ${pid}, which has ended`,
    fix: "Run `npm run recover -- sandbox`.",
  });
});

test("a lock that cannot be read is a finding, not a crash", async () => {
  await writeLock("sandbox", "not JSON");
  const { status, found, fix } = await checkLocks(root);
  expect(status).toBe("failed");
  expect(found).toContain(`sandbox: a lock in ${layoutOf(root, "sandbox").locks} cannot be read: `);
  expect(fix).toBe("Delete that lock once no `pulumi` runs on sandbox.");
});

async function writeLock(environment: string, content: string): Promise<void> {
  const file = join(layoutOf(root, environment).locks, "4f1c.json");
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
}
