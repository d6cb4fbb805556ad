import { execFileSync, spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { debianProgram } from "../../../../sandbox/toolchain/debian.ts";
import { receiveCommand } from "../../../delivery/bundle.ts";
import { NODE_ROOT } from "../install.ts";
import * as nodes from "../testdata/nodes.ts";
import { nodeBundle, type NodeBundle, type NodeFacts } from "./bundle.ts";

/** An apply is dozens of processes: seconds on a busy machine. */
vi.setConfig({ testTimeout: 60_000 });

/**
 * What a node has beside the scripts; each notes how it was called. `sick` makes the kubelet unhealthy while a file of
 * the node holds the text in it, `hang` stops in the middle of an apply, `broken` makes the k3s of that release unhealthy.
 */
const NOTE = 'echo "${0##*/} $*" >> "$STAGE/calls"\n';
const STUBS = {
  "apt-get": NOTE,
  "cloud-init": "",
  "dpkg-query": 'case "$*" in *nftables*) echo installed ;; *) exit 1 ;; esac\n',
  ip: 'echo "3: enp7s0    inet 10.10.2.11/32 brd 10.10.2.11 scope global enp7s0"\n',
  nft: NOTE,
  sysctl:
    NOTE + 'if [ -e "$STAGE/hang" ]; then touch "$STAGE/hanging"; fi\nwhile [ -e "$STAGE/hang" ]; do sleep 0.1; done\n',
  systemctl: NOTE,
  tailscale: "echo 100.64.0.7\n",
  curl: `case "$*" in
  *healthz*)
    ! grep -qrsf "$STAGE/sick" "$ROOT/etc/rancher" || exit 22
    ! grep -qsf "$STAGE/broken" "$ROOT/usr/local/bin/k3s" || exit 22
    ;;
  *)
    while [ "$1" != --output ]; do shift; done
    printf '%s' "$3" > "$2"
    ;;
esac
`,
};

let stage: string;
let root: string;
let environment: NodeJS.ProcessEnv;

beforeEach(() => {
  stage = mkdtempSync(path.join(tmpdir(), "splitfleet-bundle-"));
  root = path.join(stage, "root");
  const bin = path.join(stage, "bin");
  for (const folder of [bin, root]) mkdirSync(folder);
  for (const [name, content] of Object.entries(STUBS)) {
    writeFileSync(path.join(bin, name), `#!/bin/sh\n${content}`);
    chmodSync(path.join(bin, name), 0o755);
  }
  environment = {
    PATH: `${bin}:${process.env["PATH"] ?? ""}`,
    STAGE: stage,
    ROOT: root,
    SPLITFLEET_PATIENCE_SECONDS: "0",
  };
  put(`${NODE_ROOT}/installed/tailscale`, "1.102.3\n");
  put("/etc/splitfleet/k3s-token", "token");
});

afterEach(() => rmSync(stage, { recursive: true, force: true }));

const onNode = (name: string): string => path.join(root, name);
const read = (name: string): string => readFileSync(onNode(name), "utf8");

function put(name: string, content: string): void {
  mkdirSync(path.dirname(onNode(name)), { recursive: true });
  writeFileSync(onNode(name), content);
}

/** A release whose download is its own address, as the stub of curl makes it. */
const k3sOf = (version: string) => ({
  version,
  sha256: { amd64: createHash("sha256").update(k3sUrl(version)).digest("hex") },
});
const k3sUrl = (version: string): string =>
  `https://github.com/k3s-io/k3s/releases/download/${encodeURIComponent(version)}/k3s`;

/** An agent whose kubelet keeps another amount of memory: another configuration, another bundle. */
function bundleWith(reservedMemoryMiB: number, version = "v1.36.2+k3s1", facts: NodeFacts = nodes.agent): NodeBundle {
  const { k3s } = facts;
  if (k3s === undefined) throw new Error("an agent has k3s");
  return nodeBundle({
    ...facts,
    k3s: { ...k3s, reservedMemoryMiB },
    binaries: { ...facts.binaries, k3s: k3sOf(version) },
  });
}

const shell = (command: string, input: string) =>
  spawnSync("sh", ["-c", command], { input, env: environment, encoding: "utf8" });

const commandFor = ({ hash }: NodeBundle): string => receiveCommand(`${root}${NODE_ROOT}`, hash);

function deliver(bundle: NodeBundle): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = shell(commandFor(bundle), bundle.text);
  return { status, stdout, stderr };
}

const program = (call: string) => shell(`${root}${NODE_ROOT}/current/bin/${call}`, "");
const current = (): string => path.basename(readlinkSync(onNode(`${NODE_ROOT}/current`)));
const calls = (): string[] => readFileSync(path.join(stage, "calls"), "utf8").trim().split("\n");
const forget = (): void => rmSync(path.join(stage, "calls"), { force: true });
const tell = (name: string, content = ""): void => writeFileSync(path.join(stage, name), content);
const untell = (name: string): void => rmSync(path.join(stage, name));

test("the scripts of every kind of node are clean by shellcheck and read by bash", async () => {
  const shellcheck = await debianProgram("shellcheck", "shellcheck");
  const kinds = [
    nodes.agent,
    nodes.server,
    nodes.furtherServer,
    nodes.burst,
    nodes.onprem,
    nodes.compose,
    nodes.coolify,
  ];
  const scripts = new Set(
    kinds.flatMap((facts) =>
      nodeBundle(facts)
        .files.filter(({ mode }) => mode === "0700")
        .map(({ content }) => content),
    ),
  );
  const files = [...scripts].map((content, index) => {
    const file = path.join(stage, `script-${index}`);
    writeFileSync(file, content);
    return file;
  });
  expect(files.length).toBeGreaterThan(10);
  expect(spawnSync(shellcheck, ["--shell=sh", ...files], { encoding: "utf8" }).stdout).toBe("");
  for (const file of files) expect(() => execFileSync("bash", ["-n", file], { stdio: "pipe" })).not.toThrow();
});

test("a bundle brings its files, packages and releases, and starts what they are for", () => {
  const bundle = bundleWith(665);
  expect(deliver(bundle)).toEqual({ status: 0, stdout: `bundle ${bundle.hash} is applied\n`, stderr: "" });
  expect(current()).toBe(bundle.hash);
  for (const [file, content] of Object.entries(bundle.installed)) expect(read(file), file).toBe(content);
  expect(statSync(onNode("/etc/rancher/k3s/config.yaml")).mode & 0o777).toBe(0o600);
  expect(statSync(onNode("/etc/systemd/journald.conf.d")).mode & 0o777).toBe(0o755);
  expect(read("/usr/local/bin/k3s")).toBe(k3sUrl("v1.36.2+k3s1"));
  expect(read("/etc/rancher/k3s/config.yaml.d/10-interface.yaml")).toBe("flannel-iface: enp7s0\n");
  expect(calls()).toEqual([
    "apt-get update --quiet",
    "apt-get install --yes --quiet --no-install-recommends -o DPkg::Lock::Timeout=300 " +
      "-o Dpkg::Options::=--force-confold systemd-timesyncd unattended-upgrades",
    "sysctl --system",
    `nft -f ${root}/etc/splitfleet/filter.nft`,
    "systemctl daemon-reload",
    "systemctl is-active --quiet splitfleet-filter.service",
    "systemctl restart splitfleet-filter.service",
    "systemctl enable --now --quiet splitfleet-filter.service",
    "systemctl is-active --quiet systemd-journald.service",
    "systemctl restart systemd-journald.service",
    "systemctl is-active --quiet apt-daily-upgrade.timer",
    "systemctl restart apt-daily-upgrade.timer",
    "systemctl enable --now --quiet apt-daily-upgrade.timer",
    "systemctl is-active --quiet systemd-timesyncd.service",
    "systemctl restart systemd-timesyncd.service",
    "systemctl enable --now --quiet systemd-timesyncd.service",
    "systemctl is-active --quiet k3s.service",
    "systemctl restart k3s.service",
    "systemctl is-active --quiet k3s-token.path",
    "systemctl restart k3s-token.path",
    "systemctl enable --now --quiet k3s-token.path",
    "nft list table inet splitfleet_node",
  ]);
});

test("only what reads a changed file is started anew", () => {
  deliver(bundleWith(665));
  forget();
  expect(deliver(bundleWith(700)).status).toBe(0);
  expect(calls().filter((call) => call.startsWith("systemctl restart"))).toEqual(["systemctl restart k3s.service"]);
});

test("the same bundle twice changes nothing", () => {
  const bundle = bundleWith(665);
  deliver(bundle);
  forget();
  expect(deliver(bundle).status).toBe(0);
  expect(calls().filter((call) => call.startsWith("systemctl restart"))).toEqual([]);
  expect(readdirSync(onNode(`${NODE_ROOT}/releases`))).toEqual([bundle.hash]);
});

test("a bundle with which the node does not become healthy gives way to the one before, and fails", () => {
  const good = bundleWith(665);
  const bad = bundleWith(700);
  deliver(good);
  forget();
  tell("sick", "memory=700Mi\n");
  expect(deliver(bad)).toEqual({
    status: 1,
    stdout: "",
    stderr:
      "after 0 seconds it is not so that the kubelet is healthy\n" +
      `bundle ${bad.hash} failed; bundle ${good.hash} is back\n`,
  });
  expect(current()).toBe(good.hash);
  expect(read("/etc/rancher/k3s/config.yaml")).toBe(good.installed["/etc/rancher/k3s/config.yaml"]);
  expect(calls().filter((call) => call.startsWith("systemctl restart"))).toEqual([
    "systemctl restart k3s.service",
    "systemctl restart k3s.service",
  ]);
});

test("the first bundle of a node has none to go back to, and can be tried again", () => {
  const bundle = bundleWith(665);
  tell("sick", "memory=665Mi\n");
  expect(deliver(bundle).stderr).toContain(`bundle ${bundle.hash} failed, and there is none before it to go back to\n`);
  untell("sick");
  expect(deliver(bundle).status).toBe(0);
  expect(current()).toBe(bundle.hash);
});

test("what a bundle no longer has is taken away, and put back when it fails", () => {
  const windowed = bundleWith(665);
  const bare = bundleWith(665, "v1.36.2+k3s1", { ...nodes.agent, provider: "onprem" });
  const file = onNode("/etc/systemd/timesyncd.conf.d/50-splitfleet.conf");
  deliver(windowed);
  expect(existsSync(file)).toBe(true);
  deliver(bare);
  expect(existsSync(file)).toBe(false);
  tell("sick", "memory=700Mi\n");
  deliver(bundleWith(700));
  expect(existsSync(file)).toBe(false);
});

test("a run that was killed in the middle is finished by the next", async () => {
  deliver(bundleWith(665));
  const bundle = bundleWith(700);
  tell("hang");
  const run = spawn("sh", ["-c", commandFor(bundle)], {
    env: environment,
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  run.stdin.end(bundle.text);
  await expect.poll(() => existsSync(path.join(stage, "hanging")), { timeout: 30_000 }).toBe(true);
  const ended = new Promise((resolve) => run.once("exit", resolve));
  process.kill(-Number(run.pid), "SIGKILL");
  await ended;
  untell("hang");
  forget();
  const next = bundleWith(800);
  expect(deliver(next).status).toBe(0);
  expect(current()).toBe(next.hash);
  expect(calls()).toContain("systemctl restart k3s.service");
});

test("a run whose connection its own filter cuts goes on to its end", async () => {
  const bundle = bundleWith(665);
  tell("hang");
  const run = spawn("sh", ["-c", commandFor(bundle)], {
    env: environment,
    detached: true,
    stdio: ["pipe", "pipe", "pipe"],
  });
  run.stdin.end(bundle.text);
  await expect.poll(() => existsSync(path.join(stage, "hanging")), { timeout: 30_000 }).toBe(true);
  const ended = new Promise((resolve) => run.once("exit", resolve));
  run.stdout.destroy();
  run.stderr.destroy();
  process.kill(Number(run.pid), "SIGHUP");
  untell("hang");
  await ended;
  await expect.poll(() => existsSync(onNode(`${NODE_ROOT}/current`)), { timeout: 30_000 }).toBe(true);
});

test("a bundle that was cut off on the way changes nothing", () => {
  const bundle = bundleWith(665);
  const { status, stderr } = shell(commandFor(bundle), bundle.text.slice(0, -10));
  expect(status).toBe(1);
  expect(stderr).toMatch(new RegExp(`^the bundle came as [0-9a-f]{16}, expected ${bundle.hash}\n$`));
  expect(existsSync(onNode("/etc/rancher"))).toBe(false);
});

test("three bundles are kept", () => {
  const bundles = [665, 700, 750, 800].map((reserved, index) => {
    const bundle = bundleWith(reserved);
    deliver(bundle);
    // The order is that of the second at which each was there.
    execFileSync("touch", ["-d", `@${1_000_000 + index}`, onNode(`${NODE_ROOT}/releases/${bundle.hash}`)]);
    return bundle;
  });
  const last = bundles.at(-1);
  if (last !== undefined) deliver(last);
  expect(readdirSync(onNode(`${NODE_ROOT}/releases`)).sort()).toEqual(
    bundles
      .slice(1)
      .map(({ hash }) => hash)
      .sort(),
  );
});

describe("another release of k3s", () => {
  const next = "v1.36.3+k3s1";

  test("waits for the upgrade, which says so", () => {
    deliver(bundleWith(665));
    const { stdout } = deliver(bundleWith(665, next));
    expect(stdout.split("\n")[0]).toBe(`k3s is v1.36.2+k3s1; ${next} waits for \`npm run upgrade\``);
    expect(read("/usr/local/bin/k3s")).toBe(k3sUrl("v1.36.2+k3s1"));
  });

  test("takes the place of the one that runs", () => {
    deliver(bundleWith(665));
    deliver(bundleWith(665, next));
    forget();
    const { status, stdout } = program("upgrade k3s");
    expect({ status, stdout }).toEqual({ status: 0, stdout: `k3s is ${next}\n` });
    expect(read("/usr/local/bin/k3s")).toBe(k3sUrl(next));
    expect(read(`${NODE_ROOT}/installed/k3s`)).toBe(`${next}\n`);
    expect(calls().filter((call) => call.startsWith("systemctl"))).toEqual([
      "systemctl daemon-reload",
      "systemctl try-restart k3s.service",
    ]);
  });

  test("gives way to the one before if the node does not become healthy", () => {
    deliver(bundleWith(665));
    deliver(bundleWith(665, next));
    tell("broken", "v1.36.3\n");
    const { status, stderr } = program("upgrade k3s");
    expect(status).toBe(1);
    expect(stderr).toContain(`k3s ${next} failed; v1.36.2+k3s1 runs again\n`);
    expect(read("/usr/local/bin/k3s")).toBe(k3sUrl("v1.36.2+k3s1"));
    expect(read(`${NODE_ROOT}/installed/k3s`)).toBe("v1.36.2+k3s1\n");
  });

  test("whose download is another than the lock knows is not installed", () => {
    const { k3s } = nodes.agent;
    const bundle = nodeBundle({
      ...nodes.agent,
      k3s,
      binaries: { ...nodes.agent.binaries, k3s: { version: next, sha256: { amd64: "0".repeat(64) } } },
    });
    const { status, stderr } = deliver(bundle);
    expect(status).toBe(1);
    expect(stderr).toContain("1 computed checksum did NOT match");
    expect(existsSync(onNode("/usr/local/bin/k3s"))).toBe(false);
  });
});

test("the health check says what a node lacks", () => {
  deliver(bundleWith(665));
  expect(program("health").status).toBe(0);
  tell("sick", "memory=665Mi\n");
  const { status, stderr } = program("health");
  expect({ status, stderr }).toEqual({
    status: 1,
    stderr: "after 0 seconds it is not so that the kubelet is healthy\n",
  });
});
