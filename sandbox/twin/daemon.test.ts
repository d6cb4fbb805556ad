import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import readline from "node:readline";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { TestProvider, urnOf } from "./protocol/test-client.ts";
import { startTwin } from "./start.ts";
import { readWorld } from "./world/reader.ts";

const launcher = fileURLToPath(new URL("launch.cjs", import.meta.url));
const start = fileURLToPath(new URL("start.ts", import.meta.url));

let marker: string;
beforeEach(() => {
  marker = mkdtempSync(path.join(os.tmpdir(), "twin-"));
  mkdirSync(path.join(marker, "state"));
  writeFileSync(path.join(marker, "rehearsal.json"), JSON.stringify({ environment: "sandbox", project: "splitfleet" }));
});
afterEach(() => rmSync(marker, { recursive: true }));

function launch(name: string, environment: Record<string, string>): ChildProcess {
  const env = { PATH: process.env["PATH"], PULUMI_BACKEND_URL: `file://${marker}/state`, ...environment };
  return spawn(process.execPath, [launcher, name], { env, stdio: "pipe" });
}

async function line(stream: NodeJS.ReadableStream | null): Promise<string> {
  if (stream === null) throw new Error("no stream");
  const [text] = (await once(readline.createInterface(stream), "line")) as [string];
  return text;
}

test("a launcher serves a provider until its standard input ends", async () => {
  const twin = await startTwin({ marker });
  expect(statSync(twin.socket).mode & 0o777).toBe(0o600);
  const plugin = launch("hcloud", twin.env);
  const provider = new TestProvider(Number(await line(plugin.stdout)));
  await provider.configure();
  const firewall = urnOf("hcloud:index/firewall:Firewall", "fw");
  const { id } = await provider.create(firewall, { name: "fw" });
  expect(readWorld(marker).map((object) => [object.id, object.urn])).toEqual([[id, firewall]]);

  plugin.stdin?.end();
  expect(await once(plugin, "exit")).toEqual([0, null]);
  // The daemon hears of it after the launcher is gone.
  const answer = () =>
    provider.configure().then(
      () => "served",
      () => "gone",
    );
  await expect.poll(answer, { timeout: 4_000 }).toBe("gone");
  provider.close();
  await twin.stop();
  expect(readdirSync(marker).sort()).toEqual(["rehearsal.json", "state", "world"]);
});

test("launchers end when the daemon does, and say so", async () => {
  const twin = await startTwin({ marker });
  const plugin = launch("kubernetes", twin.env);
  await line(plugin.stdout);
  const complaint = line(plugin.stderr);
  await twin.stop();
  expect(await complaint).toBe("pulumi-resource-kubernetes is the simulated one of Splitfleet: its daemon has ended.");
  if (plugin.exitCode === null) await once(plugin, "exit");
});

test("nothing is left when the process that started the daemon is killed", async () => {
  const program = `import { startTwin } from ${JSON.stringify(start)};
    const { pid, env } = await startTwin({ marker: ${JSON.stringify(marker)} });
    console.log(JSON.stringify({ pid, env }));
    setInterval(() => {}, 1000);`;
  const parent = spawn(process.execPath, ["--input-type=module", "--eval", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const { pid, env } = JSON.parse(await line(parent.stdout)) as { pid: number; env: Record<string, string> };
  const plugin = launch("hcloud", env);
  await line(plugin.stdout);
  parent.kill("SIGKILL");
  await once(plugin, "exit");
  await until(() => !isAlive(pid));
});

test("a launcher without a rehearsal names what to run", async () => {
  const plugin = launch("hcloud", {});
  expect(await line(plugin.stderr)).toBe(
    "pulumi-resource-hcloud is the simulated one of Splitfleet: no rehearsal is running " +
      "(SPLITFLEET_TWIN_SOCKET is not set). Use `npm run up` or `npm run shell`.",
  );
});

test("a launcher whose daemon is gone names the socket", async () => {
  const plugin = launch("hcloud", { SPLITFLEET_TWIN_SOCKET: "/nowhere/twin.sock" });
  expect(await line(plugin.stderr)).toContain("its daemon does not answer at /nowhere/twin.sock (ENOENT).");
});

test("a package that the twin does not serve is refused", async () => {
  const twin = await startTwin({ marker });
  const plugin = launch("gcp", twin.env);
  expect(await line(plugin.stderr)).toBe(
    "pulumi-resource-gcp is the simulated one of Splitfleet: " +
      "the twin serves aws, cloudflare, command, hcloud, kubernetes, random, tailscale, vault, but not gcp",
  );
  await twin.stop();
});

test("a marker whose path is too long for a socket gets one elsewhere", async () => {
  const long = path.join(marker, "m".repeat(120));
  mkdirSync(long);
  const twin = await startTwin({ marker: long });
  expect(path.dirname(path.dirname(twin.socket))).toBe(os.tmpdir());
  await twin.stop();
  expect(existsSync(path.dirname(twin.socket))).toBe(false);
});

test("a daemon that can not start says why", async () => {
  const missing = startTwin({ marker: path.join(marker, "missing") });
  await expect(missing).rejects.toThrow("The simulated clouds did not start");
});

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
