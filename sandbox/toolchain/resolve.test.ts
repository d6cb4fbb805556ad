import { createHash } from "node:crypto";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createServer, type RequestListener, type Server } from "node:http";
import { hostname, tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ToolProgress } from "./progress.ts";
import { resolveDefinition, type ResolveOptions } from "./resolve.ts";
import type { ToolDefinition } from "./tools.ts";

const PLATFORM = "linux-x64";
const SYSTEM_PATH = ["/usr/bin", "/bin"].join(delimiter);

let folder: string;
let cache: string;
let tool: ToolDefinition;
let progress: ToolProgress[];
let options: ResolveOptions;
let server: Server | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "splitfleet-toolchain-"));
  cache = join(folder, "cache");
  progress = [];
  tool = {
    name: "gauge",
    version: "1.2.0",
    versionArguments: ["version"],
    versionEnvironment: {},
    release: { baseUrl: "http://127.0.0.1:9", path: "v{version}/gauge-{platform}.tar.gz", archives: [] },
    build: { folder: join(folder, "module"), package: ".", linkerFlags: [], minutes: 0.1, diskGiB: 0.1 },
  };
  options = {
    environment: { PATH: SYSTEM_PATH, HOME: folder },
    cacheFolder: cache,
    platform: PLATFORM,
    goCommand: join(folder, "no-go"),
    onProgress: (event) => progress.push(event),
  };
});

afterEach(async () => {
  server?.closeAllConnections();
  server?.close();
  server = undefined;
  await rm(folder, { recursive: true });
});

/** A stand-in for the tool that only knows its version. */
async function fakeTool(path: string, version: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `#!/bin/sh\n[ "$1" = version ] && echo "v${version}"\n`, { mode: 0o755 });
  return path;
}

const cached = (version = "1.2.0") => join(cache, "gauge", version, "gauge");
const cacheEntries = async () => (await readdir(join(cache, "gauge"))).toSorted();

function onPath(...folders: string[]): void {
  options.environment = { ...options.environment, PATH: [...folders, SYSTEM_PATH].join(delimiter) };
}

describe("PATH", () => {
  test("a new enough tool on PATH is used where it is", async () => {
    const path = await fakeTool(join(folder, "bin/gauge"), "1.10.3");
    onPath(dirname(path));
    expect(await resolveDefinition(tool, options)).toEqual({
      name: "gauge",
      version: "1.10.3",
      path,
      folder: dirname(path),
      way: "path",
      notes: [],
    });
  });

  test("an old or broken tool on PATH is passed over for a later one, and the notes say so", async () => {
    const old = await fakeTool(join(folder, "old/gauge"), "1.1.9");
    const broken = await fakeTool(join(folder, "broken/gauge"), "1.2.0");
    await writeFile(broken, "#!/bin/sh\nexit 3\n");
    const good = await fakeTool(join(folder, "good/gauge"), "1.2.0");
    onPath(dirname(old), dirname(broken), dirname(good));
    const { path, notes } = await resolveDefinition(tool, options);
    expect(path).toBe(good);
    expect(notes).toEqual([
      `PATH: ${old} is 1.1.9, older than 1.2.0`,
      `PATH: \`${broken} version\` failed: Command failed with exit code 3: ${broken} version`,
    ]);
  });

  test("the folder is that of the real executable, so that what its release brought is found there", async () => {
    const real = await fakeTool(join(folder, "opt/gauge"), "1.2.0");
    const link = join(folder, "bin/gauge");
    await mkdir(dirname(link));
    await symlink(real, link);
    onPath(dirname(link));
    expect(await resolveDefinition(tool, options)).toMatchObject({ path: link, folder: dirname(real) });
  });

  test("the link to a version manager's launcher is not followed", async () => {
    const launcher = await fakeTool(join(folder, "opt/manager"), "1.2.0");
    const link = join(folder, "shims/gauge");
    await mkdir(dirname(link));
    await symlink(launcher, link);
    onPath(dirname(link));
    expect(await resolveDefinition(tool, options)).toMatchObject({ path: link, folder: dirname(link) });
  });
});

describe("cache", () => {
  test("the pinned version in the cache is used after PATH", async () => {
    const path = await fakeTool(cached(), "1.2.0");
    expect(await resolveDefinition(tool, options)).toEqual({
      name: "gauge",
      version: "1.2.0",
      path,
      folder: dirname(path),
      way: "cache",
      notes: ["PATH: no gauge"],
    });
  });

  test("without a way to install, the error lists every reason and the fix", async () => {
    await expect(resolveDefinition(tool, { ...options, ways: ["path", "cache"] })).rejects.toThrow(
      "gauge 1.2.0 or newer could not be had:\n" +
        "  - PATH: no gauge\n" +
        `  - cache: no executable ${cached()}\n` +
        "Install gauge and put it on PATH, or install Go and run the command again.",
    );
    await expect(readdir(cache)).rejects.toThrow("ENOENT");
  });
});

describe("download", () => {
  let archive: Buffer;
  let requests: string[];

  beforeEach(async () => {
    await fakeTool(join(folder, "release/gauge-1.3/gauge"), "1.3.0");
    await fakeTool(join(folder, "release/gauge-1.3/gauge-helper"), "1.3.0");
    await execa("tar", ["-czf", join(folder, "release.tar.gz"), "-C", join(folder, "release"), "gauge-1.3"]);
    archive = await readFile(join(folder, "release.tar.gz"));
    requests = [];
  });

  /** Serves on loopback and pins `sha256`, by default the archive's own. */
  async function serve(answer: RequestListener, sha256 = createHash("sha256").update(archive).digest("hex")) {
    server = createServer((request, response) => {
      requests.push(request.url ?? "");
      answer(request, response);
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("the server has no port");
    options.releaseBaseUrl = `http://127.0.0.1:${address.port}/mirror/`;
    tool = { ...tool, release: { ...tool.release, archives: [{ version: "1.3.0", platform: PLATFORM, sha256 }] } };
    return `${options.releaseBaseUrl}v1.3.0/gauge-linux-x64.tar.gz`;
  }

  const whole: RequestListener = (_request, response) => {
    response.setHeader("content-length", archive.length).end(archive);
  };

  /** Why the download did not serve, with no Go to fall back on. */
  async function failure(): Promise<string> {
    const error: unknown = await resolveDefinition(tool, options).catch((thrown: unknown) => thrown);
    const notes: unknown = error instanceof Error && "notes" in error ? error.notes : [];
    const note = Array.isArray(notes) ? notes.find((line) => String(line).startsWith("download: ")) : undefined;
    expect(await cacheEntries()).toEqual([]);
    return String(note);
  }

  test("a good archive ends in the cache with all that is beside the tool, and the next run finds it there", async () => {
    await serve(whole);
    const first = await resolveDefinition(tool, options);
    expect(first).toMatchObject({ version: "1.3.0", path: cached("1.3.0"), way: "download" });
    expect(await readdir(first.folder)).toEqual(["gauge", "gauge-helper"]);
    expect(progress.at(-1)).toMatchObject({ tool: "gauge", way: "download", fraction: 1 });
    expect(await cacheEntries()).toEqual(["1.3.0"]);

    expect(await resolveDefinition(tool, options)).toMatchObject({ version: "1.3.0", way: "cache" });
    expect(requests).toEqual(["/mirror/v1.3.0/gauge-linux-x64.tar.gz"]);
  });

  test("two runs at once download once, and the second says what it waits for", async () => {
    await serve((request, response) => void sleep(100).then(() => whole(request, response)));
    const ways = (await Promise.all([resolveDefinition(tool, options), resolveDefinition(tool, options)])).map(
      ({ way }) => way,
    );
    expect(ways.toSorted()).toEqual(["cache", "download"]);
    expect(requests).toHaveLength(1);
    expect(progress.map(({ message }) => message)).toContain(
      `waiting for process ${process.pid}, which is installing gauge`,
    );
  });

  test("a lock and a draft left by a killed run do not stop the next one", async () => {
    await serve(whole);
    const { pid } = await deadProcess();
    await mkdir(join(cache, "gauge/.draft-abc"), { recursive: true });
    await writeFile(join(cache, "gauge/install.lock"), JSON.stringify({ pid, host: hostname(), id: "left-behind" }));
    expect(await resolveDefinition(tool, options)).toMatchObject({ way: "download" });
    expect(await cacheEntries()).toEqual(["1.3.0"]);
  });

  test("a cache entry whose executable is gone is replaced", async () => {
    await serve(whole);
    await mkdir(dirname(cached("1.3.0")), { recursive: true });
    await writeFile(join(dirname(cached("1.3.0")), "rest"), "");
    expect(await resolveDefinition(tool, options)).toMatchObject({ way: "download", path: cached("1.3.0") });
    expect((await readdir(join(cache, "gauge/1.3.0"))).toSorted()).toEqual(["gauge", "gauge-helper"]);
  });

  test("a wrong checksum is refused before anything is unpacked", async () => {
    const url = await serve(whole, "0".repeat(64));
    const sha256 = createHash("sha256").update(archive).digest("hex");
    expect(await failure()).toBe(
      `download: ${url} has the SHA-256 ${sha256}, and ${"0".repeat(64)} is pinned; nothing of it was used`,
    );
  });

  test("a cut connection is a failed download", async () => {
    const url = await serve((_request, response) => {
      response.writeHead(200, { "content-length": archive.length });
      response.write(archive.subarray(0, 40));
      setTimeout(() => response.destroy(), 20);
    });
    expect(await failure()).toBe(`download: ${url} could not be downloaded after 0.0 MiB: other side closed`);
  });

  test("an archive that is not there is a failed download", async () => {
    const url = await serve((_request, response) => response.writeHead(404).end("not here"));
    expect(await failure()).toBe(`download: ${url} could not be downloaded after 0.0 MiB: the server answered 404`);
  });

  test("a server that stops sending is given up", async () => {
    const url = await serve((_request, response) => {
      response.writeHead(200, { "content-length": archive.length });
      response.write(archive.subarray(0, 40));
    });
    options.stallTimeoutMs = 100;
    expect(await failure()).toBe(`download: ${url} could not be downloaded after 0.0 MiB: nothing came for 0.1 s`);
  });

  test("an archive without the tool is a failed download", async () => {
    await rm(join(folder, "release/gauge-1.3/gauge"));
    await execa("tar", ["-czf", join(folder, "release.tar.gz"), "-C", join(folder, "release"), "gauge-1.3"]);
    archive = await readFile(join(folder, "release.tar.gz"));
    const url = await serve(whole);
    expect(await failure()).toBe(`download: ${url} holds no file named "gauge"`);
  });

  test("something that is no archive is a failed download", async () => {
    archive = Buffer.from("<html>please sign in</html>");
    const url = await serve(whole);
    expect(await failure()).toContain(`download: ${url} could not be unpacked: tar: `);
  });

  test("without a pinned sum nothing is downloaded, and the notes say so", async () => {
    await serve(whole);
    tool = { ...tool, release: { ...tool.release, archives: [] } };
    expect(await failure()).toBe("download: no SHA-256 is pinned for gauge on linux-x64");
    expect(requests).toEqual([]);
  });
});

// The first build on a machine compiles the standard library.
describe("build", { timeout: 60_000 }, () => {
  const source = (version: string) => `package main

import (
	"fmt"

	"example.test/gauge/scale"
)

var version = "${version}"

func main() { fmt.Println("v" + version, scale.Unit) }
`;

  beforeEach(async () => {
    await mkdir(join(folder, "module/scale"), { recursive: true });
    await writeFile(join(folder, "module/go.mod"), "module example.test/gauge\n\ngo 1.21\n");
    await writeFile(join(folder, "module/main.go"), source("0.0.0"));
    await writeFile(join(folder, "module/scale/scale.go"), `package scale\n\nconst Unit = "${folder}"\n`);
    tool = { ...tool, build: { ...tool.build, linkerFlags: ["-X", "main.version=1.2.0"] } };
    options.goCommand = "go";
    // The build cache is the user's, so that the standard library is not compiled anew; no module is fetched.
    const { PATH, HOME } = process.env;
    options.environment = { PATH, HOME, GOPROXY: "off", GOFLAGS: "" };
  });

  test("where nothing can be downloaded the tool is built, counting packages", async () => {
    const found = await resolveDefinition(tool, options);
    expect(found).toMatchObject({ version: "1.2.0", path: cached(), way: "build" });
    expect(found.notes).toContain("download: no SHA-256 is pinned for gauge on linux-x64");
    expect(await cacheEntries()).toEqual(["1.2.0"]);

    const fractions = progress.flatMap(({ fraction }) => fraction ?? []);
    expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
    expect(progress.slice(-3).map(({ message }) => message.replace(/\d+ of \d+/, "n of n"))).toEqual([
      "n of n packages",
      "n of n packages",
      "linking",
    ]);
  });

  test("a failed download falls through to the build and says so", async () => {
    tool = {
      ...tool,
      release: { ...tool.release, archives: [{ version: "1.2.0", platform: PLATFORM, sha256: "0".repeat(64) }] },
    };
    expect(await resolveDefinition(tool, options)).toMatchObject({ way: "build" });
    expect(progress[0]).toMatchObject({
      way: "download",
      message: expect.stringMatching(/^failed: .*\/v1\.2\.0\/gauge-linux-x64\.tar\.gz could not be downloaded/),
    });
  });

  test("a build that fails shows Go's last lines and what it needs", async () => {
    await cp(join(folder, "module/main.go"), join(folder, "module/again.go"));
    const failed = resolveDefinition(tool, { ...options, ways: ["build"] });
    await expect(failed).rejects.toThrow(/`go build` failed in .*\n.*main redeclared in this block/s);
    await expect(failed).rejects.toThrow(
      "Building needs Go 1.21 or newer, the Go module proxy, about 0.1 GiB of disk and about 0.1 minutes.",
    );
    expect(await cacheEntries()).toEqual([]);
  });

  test("without Go the error names the version to install", async () => {
    const goCommand = join(folder, "no-go");
    await expect(resolveDefinition(tool, { ...options, ways: ["build"], goCommand })).rejects.toThrow(
      `build: "${goCommand}" was not found. Building needs Go 1.21 or newer`,
    );
  });

  test("a build of the wrong version does not reach the cache", async () => {
    tool = { ...tool, build: { ...tool.build, linkerFlags: [] } };
    await expect(resolveDefinition(tool, { ...options, ways: ["build"] })).rejects.toThrow(
      /gauge is 0\.0\.0, older than 1\.2\.0/,
    );
    expect(await cacheEntries()).toEqual([]);
  });
});

/** A process that has ended. */
async function deadProcess(): Promise<{ pid: number }> {
  const child = execa("true");
  const { pid } = child;
  await child;
  if (pid === undefined) throw new Error("`true` did not start");
  return { pid };
}
