import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { ToolDefinition } from "../../sandbox/toolchain/tools.ts";
import { diagnosePulumi } from "./tools.ts";

let folder: string;
let tool: ToolDefinition;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "splitfleet-doctor-"));
  await script("module/go.mod", "module example.test/pulumi\n\ngo 1.26\n");
  tool = {
    name: "pulumi",
    version: "3.259.0",
    versionArguments: ["version"],
    versionEnvironment: {},
    release: { baseUrl: "http://127.0.0.1:9", path: "{version}", archives: [] },
    build: { folder: join(folder, "module"), package: ".", linkerFlags: [], minutes: 6.5, diskGiB: 3.2 },
  };
});
afterEach(() => rm(folder, { recursive: true }));

async function script(path: string, content: string): Promise<string> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), content, { mode: 0o755 });
  return join(folder, path);
}

const go = (version: string, toolchain: string) => script("bin/go", `#!/bin/sh\necho ${version}\necho ${toolchain}\n`);
const cli = (path: string) => script(path, "#!/bin/sh\necho v3.259.0\n");
const diagnose = () =>
  diagnosePulumi(tool, {
    environment: { PATH: join(folder, "bin") },
    platform: "linux-x64",
    cacheFolder: join(folder, "cache"),
  });
const NOTHING_CACHED = () => `cache: no executable ${folder}/cache/pulumi/3.259.0/pulumi`;

test("a CLI in the cache needs neither Go nor space, and the language host is the project's own", async () => {
  const path = await cli("cache/pulumi/3.259.0/pulumi");
  expect(await diagnose()).toEqual({
    report: {
      name: "pulumi",
      neededFor: "up",
      wanted: "3.259.0",
      version: "3.259.0",
      way: "cache",
      path,
      next: null,
      notes: ["PATH: no pulumi"],
    },
    checks: [
      {
        id: "pulumi",
        title: "Pulumi CLI",
        status: "ok",
        found: `3.259.0 (cache), ${path}\nlanguage host: this project's own`,
        fix: "",
      },
      { id: "go", title: "Go", status: "ok", found: "not installed; not needed, the Pulumi CLI is there", fix: "" },
    ],
    diskGiB: 0,
  });
});

test("an official release on PATH brings its language host", async () => {
  const path = await cli("bin/pulumi");
  await script("bin/pulumi-language-nodejs", "");
  const { checks } = await diagnose();
  expect(checks[0].found).toBe(`3.259.0 (path), ${path}\nlanguage host: the official one beside it`);
});

test("a release with a pinned sum will be downloaded", async () => {
  const archives = [{ version: "3.259.0", platform: "linux-x64", sha256: "0".repeat(64) }] as const;
  tool = { ...tool, release: { ...tool.release, archives } };
  const { report, checks, diskGiB } = await diagnose();
  expect(report).toMatchObject({ version: null, next: "download", notes: ["PATH: no pulumi", NOTHING_CACHED()] });
  expect(checks[0]).toMatchObject({
    status: "warning",
    found: `PATH: no pulumi\n${NOTHING_CACHED()}\nthe next \`npm run up\` downloads the pinned release`,
  });
  expect(checks[1]).toMatchObject({ status: "ok", found: "not installed; needed only if the download fails" });
  expect(diskGiB).toBe(1);
});

test("without a pinned sum it will be built, given Go", async () => {
  await go("go1.26.8", "local");
  const { report, checks, diskGiB } = await diagnose();
  expect(report.next).toBe("build");
  expect(checks[0]).toMatchObject({
    status: "warning",
    found:
      `PATH: no pulumi\n${NOTHING_CACHED()}\ndownload: no SHA-256 is pinned for linux-x64\n` +
      "the next `npm run up` builds it with Go, in about 6.5 minutes",
    fix: "Nothing to do; to save the time, install Pulumi CLI 3.259.0 or newer and put it on PATH.",
  });
  expect(checks[1]).toMatchObject({ status: "ok", found: "1.26.8" });
  expect(diskGiB).toBe(3.2);
});

test.each([
  ["an old Go that fetches newer ones by itself", "go1.24.1", "auto", "build"],
  ["an old Go that does not", "go1.24.1", "local", null],
  ["a Go from before it could", "go1.20", "", null],
])("%s: next is as expected", async (_case, version, toolchain, next) => {
  await go(version, toolchain);
  expect((await diagnose()).report.next).toBe(next);
});

test("without any way both checks fail with what to install", async () => {
  const { report, checks } = await diagnose();
  expect(report.next).toBeNull();
  expect(checks.map(({ status, fix }) => [status, fix])).toEqual([
    [
      "failed",
      "Either install Pulumi CLI 3.259.0 or newer and put it on PATH, " + "or install Go 1.26 or newer to build it.",
    ],
    ["failed", "Install Go 1.26 or newer, or the Pulumi CLI."],
  ]);
});
