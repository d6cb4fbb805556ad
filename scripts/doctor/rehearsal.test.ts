import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { NO_RELEASE, type Platform } from "../../sandbox/toolchain/releases.ts";
import type { ToolDefinition } from "../../sandbox/toolchain/tools.ts";
import { diagnoseRehearsal } from "./rehearsal.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "splitfleet-doctor-"));
  await script("cluster/go.mod", "module example.test/cluster\n\ngo 1.26\n");
  await script("store/go.mod", "module example.test/store\n\ngo 1.25\n");
});
afterEach(() => rm(folder, { recursive: true }));

async function script(path: string, content: string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), content, { mode: 0o755 });
}

const tool = (name: string, module: string, minutes: number): ToolDefinition => ({
  name,
  version: "1.2.0",
  versionArguments: ["--version"],
  versionEnvironment: {},
  release: NO_RELEASE,
  build: { folder: join(folder, module), package: ".", linkerFlags: [], minutes, diskGiB: minutes / 2 },
});

const diagnose = (platform: Platform = "linux-x64") =>
  diagnoseRehearsal([tool("server", "cluster", 7), tool("planner", "cluster", 7), tool("store", "store", 1.5)], {
    environment: { PATH: join(folder, "bin") },
    platform,
    cacheFolder: join(folder, "cache"),
  });
const install = (name: string, version = "1.2.0") => script(`bin/${name}`, `#!/bin/sh\necho "v${version}"\n`);

test("tools that are there are listed with where they were found", async () => {
  await install("server");
  await install("planner", "1.3.0");
  await script("cache/store/1.2.0/store", '#!/bin/sh\necho "v1.2.0"\n');
  const { check, reports } = await diagnose();
  expect(check).toEqual({
    id: "rehearsal",
    title: "Rehearsal",
    status: "ok",
    found: "server: 1.2.0 (path)\nplanner: 1.3.0 (path)\nstore: 1.2.0 (cache)",
    fix: "",
  });
  expect(reports.map(({ name, neededFor, next }) => ({ name, neededFor, next }))).toEqual([
    { name: "server", neededFor: "rehearse", next: null },
    { name: "planner", neededFor: "rehearse", next: null },
    { name: "store", neededFor: "rehearse", next: null },
  ]);
});

test("what is missing will be built, and two tools of one module count once", async () => {
  await script("bin/go", "#!/bin/sh\necho go1.26.8\necho local\n");
  const { check, reports } = await diagnose();
  expect(check).toMatchObject({
    status: "warning",
    found:
      "server: not there\nplanner: not there\nstore: not there\n" +
      "the next `npm run rehearse` builds what is missing with Go: about 8.5 minutes and 4.3 GiB of disk",
    fix: "Nothing to do; to save the time, put the tools on PATH.",
  });
  expect(reports.map(({ next }) => next)).toEqual(["build", "build", "build"]);
});

test("without Go it is a warning still, because only rehearsals need the tools", async () => {
  await install("store");
  const { check, reports } = await diagnose();
  expect(check).toMatchObject({
    status: "warning",
    found: "server: not there\nplanner: not there\nstore: 1.2.0 (path)",
    fix:
      "To rehearse, install Go 1.26 or newer (a build takes about 7 minutes and 3.5 GiB of disk), " +
      "or put the tools on PATH.",
  });
  expect(reports.map(({ next }) => next)).toEqual([null, null, null]);
});

test("another system than Linux is told where to rehearse", async () => {
  expect((await diagnose("darwin-arm64")).check).toMatchObject({
    status: "warning",
    found: "`npm run rehearse` runs on Linux only",
    fix: "To rehearse, use a Linux machine or container.",
  });
});
