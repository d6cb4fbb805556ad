import { execFileSync, spawn, spawnSync } from "node:child_process";
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
import { packed, receiveSecretsCommand, releaseFiles, removeCommand, secretLines } from "../bundle.ts";
import type { Project } from "../project.ts";
import { facts, projectOf } from "../testdata/fleet.ts";

/**
 * What the node has beside the script. Docker does what a file tells it to: `sick` makes containers of the release that it
 * names unhealthy, `hang` stops in the middle of a start.
 */
const STUBS = {
  docker: `#!/bin/sh
echo "docker $*" >> "$STAGE/calls"
file=
for word in "$@"; do
  case "$previous" in --file) file=$word ;; esac
  previous=$word
done
case "$*" in
  *" up "*)
    if [ -e "$STAGE/hang" ]; then touch "$STAGE/hanging"; sleep 60; fi
    ! grep -qsF "$(cat "$STAGE/sick" 2> /dev/null || echo nobody-is-sick)" "$file"
    ;;
  *" ps --all "*) echo "litellm: running unhealthy" ;;
  "ps --quiet"*) cat "$STAGE/unhealthy" 2> /dev/null || true ;;
  *" run "*) [ ! -e "$STAGE/task-fails" ] ;;
esac
`,
  tailscale: "#!/bin/sh\necho 100.64.0.7\n",
  nft: '#!/bin/sh\necho "nft $*" >> "$STAGE/calls"\n',
  systemctl: '#!/bin/sh\necho "systemctl $*" >> "$STAGE/calls"\n',
  "cloud-init": "#!/bin/sh\n",
  chown: "#!/bin/sh\n",
};

/** A release is dozens of processes: seconds on a busy machine. */
vi.setConfig({ testTimeout: 60_000 });

let stage: string;
let root: string;
let environment: NodeJS.ProcessEnv;

beforeEach(() => {
  stage = mkdtempSync(path.join(tmpdir(), "splitfleet-node-"));
  root = path.join(stage, "compose");
  const bin = path.join(stage, "bin");
  for (const folder of [bin, path.join(stage, "units")]) mkdirSync(folder);
  for (const [name, content] of Object.entries(STUBS)) {
    writeFileSync(path.join(bin, name), content);
    chmodSync(path.join(bin, name), 0o755);
  }
  environment = {
    PATH: `${bin}:${process.env["PATH"] ?? ""}`,
    STAGE: stage,
    SPLITFLEET_UNITS: path.join(stage, "units"),
    SPLITFLEET_RETRY_SECONDS: "0",
  };
});

afterEach(() => rmSync(stage, { recursive: true, force: true }));

/** The project with another time-out of the proxy: another configuration file, another release. */
const projectWith = (timeoutSeconds: number): Project => {
  const { litellm, ...workloads } = facts.workloads;
  return projectOf(
    { ...facts, workloads: { ...workloads, litellm: { ...litellm, timeoutSeconds } } },
    "inference",
    root,
  );
};

const bundle = (timeoutSeconds: number) => packed(releaseFiles(projectWith(timeoutSeconds), root));

const shell = (command: string, input: string) =>
  spawnSync("sh", ["-c", command], { input, env: environment, encoding: "utf8" });

function deliver(timeoutSeconds: number): { hash: string; status: number | null; stdout: string; stderr: string } {
  const { text, hash } = bundle(timeoutSeconds);
  const { status, stdout, stderr } = shell(receiveCommand(root, hash), text);
  return { hash, status, stdout, stderr };
}

const deliverSecrets = (value: string) =>
  shell(receiveSecretsCommand(root), secretLines({ "litellm/master-key/key": value }));

const stageFile = (name: string): string => path.join(stage, name);
const calls = (): string[] => readFileSync(stageFile("calls"), "utf8").trim().split("\n");
const composeCalls = (): string[] => calls().flatMap((call) => /compose\.yaml (.*)$/.exec(call)?.[1] ?? []);
const current = (): string => path.basename(readlinkSync(path.join(root, "current")));
const releases = (): string[] => readdirSync(path.join(root, "releases")).sort();

test("the scripts are clean by shellcheck", async () => {
  const program = await debianProgram("shellcheck", "shellcheck");
  const scripts = ["release.sh", "receive-secrets.sh", "../../../delivery/receive.sh"].map((name) =>
    path.join(import.meta.dirname, name),
  );
  expect(() => execFileSync(program, ["--shell=sh", ...scripts], { stdio: "pipe" })).not.toThrow();
});

test("a release is checked, pulled, started and becomes the current one", () => {
  deliverSecrets("sesame");
  const { hash, status, stdout } = deliver(600);
  expect({ status, stdout }).toEqual({ status: 0, stdout: `release ${hash} is up\n` });
  expect(current()).toBe(hash);
  expect(composeCalls()).toEqual([
    "config --quiet",
    "--profile tasks pull --quiet",
    "up --detach --wait --wait-timeout 780 --remove-orphans",
  ]);
  expect(calls()).toContain("systemctl enable --quiet splitfleet-compose-task-ollama_preload.service");
  expect(readdirSync(stageFile("units")).sort()).toEqual([
    "splitfleet-compose-filter.service",
    "splitfleet-compose-heal.service",
    "splitfleet-compose-heal.timer",
    "splitfleet-compose-task-ollama_preload.service",
  ]);
});

test("a release with a container that does not become healthy gives way to the one before, and fails", () => {
  deliverSecrets("sesame");
  const good = deliver(600);
  const before = composeCalls().length;
  const { hash } = bundle(700);
  writeFileSync(
    stageFile("sick"),
    /files\/[0-9a-f]{16}/.exec(releaseFiles(projectWith(700), root)["compose.yaml"] ?? "")?.[0] ?? "",
  );
  const bad = deliver(700);
  expect(bad.status).toBe(1);
  expect(bad.stderr).toBe(
    `not every container of release ${hash} became healthy:\nlitellm: running unhealthy\n` +
      `release ${hash} failed; release ${good.hash} runs again\n`,
  );
  expect(current()).toBe(good.hash);
  expect(
    composeCalls()
      .slice(before)
      .filter((call) => call.startsWith("up ")),
  ).toHaveLength(2);
});

test("the first release of a node has none to go back to, and can be tried again", () => {
  deliverSecrets("sesame");
  writeFileSync(stageFile("sick"), "litellm");
  const failed = deliver(600);
  expect(failed.status).toBe(1);
  expect(failed.stderr).toContain("and there is none before it to go back to");
  rmSync(stageFile("sick"));
  expect(deliver(600).status).toBe(0);
  expect(current()).toBe(failed.hash);
});

test("a run that was killed in the middle is finished by the next", async () => {
  deliverSecrets("sesame");
  const { text, hash } = bundle(600);
  writeFileSync(stageFile("hang"), "");
  const run = spawn("sh", ["-c", receiveCommand(root, hash)], {
    env: environment,
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  run.stdin.end(text);
  await expect.poll(() => existsSync(stageFile("hanging")), { timeout: 30_000 }).toBe(true);
  const ended = new Promise((resolve) => run.once("exit", resolve));
  process.kill(-Number(run.pid), "SIGKILL");
  await ended;
  expect(existsSync(path.join(root, "current"))).toBe(false);
  rmSync(stageFile("hang"));
  expect(deliver(600).status).toBe(0);
  expect(current()).toBe(hash);
});

test("the same release twice is the same", () => {
  deliverSecrets("sesame");
  deliver(600);
  const first = releases();
  expect(deliver(600).status).toBe(0);
  expect(releases()).toEqual(first);
});

test("three releases are kept, with the files that they mount", () => {
  deliverSecrets("sesame");
  const hashes = [600, 700, 800, 900].map((seconds) => {
    const { hash } = deliver(seconds);
    // The order is that of the second at which each was there.
    const seconds1970 = 1_000_000 + seconds;
    execFileSync("touch", ["-d", `@${seconds1970}`, path.join(root, "releases", hash)]);
    return hash;
  });
  deliver(900);
  expect(releases()).toEqual(hashes.slice(1).sort());
  const mounted = hashes.slice(1).flatMap((hash) => {
    const text = readFileSync(path.join(root, "releases", hash, "compose.yaml"), "utf8");
    return [...text.matchAll(/\/files\/([0-9a-f]{16}):/g)].map(([, name]) => name);
  });
  expect(readdirSync(path.join(root, "files")).sort()).toEqual([...new Set(mounted)].sort());
});

test("a bundle that was cut off on the way changes nothing", () => {
  deliverSecrets("sesame");
  const { text, hash } = bundle(600);
  const { status, stderr } = shell(receiveCommand(root, hash), text.slice(0, -10));
  expect(status).toBe(1);
  expect(stderr).toMatch(new RegExp(`^the bundle came as [0-9a-f]{16}, expected ${hash}\n$`));
  expect(releases()).toEqual([]);
});

describe("secrets", () => {
  test("are laid out for their container alone, and stand in no call", () => {
    deliverSecrets("open $ESAME");
    deliver(600);
    const file = path.join(root, "secrets", "services", "litellm", "variables.env");
    expect(readFileSync(file, "utf8")).toBe("LITELLM_MASTER_KEY='open $ESAME'\n");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(path.join(root, "secrets")).mode & 0o777).toBe(0o700);
    expect(calls().filter((call) => call.includes("ESAME"))).toEqual([]);
  });

  test("that a container reads and nobody brought stop the release by name", () => {
    const { status, stderr } = deliver(600);
    expect(status).toBe(1);
    expect(stderr).toContain("no value on this node for the secrets: litellm/master-key/key");
  });

  test("that no variable can hold are refused without being shown", () => {
    deliverSecrets("o'pen");
    const { stderr } = deliver(600);
    expect(stderr).toContain("the secret for LITELLM_MASTER_KEY has a quote or a line break in it");
    expect(stderr).not.toContain("o'pen");
  });

  test("that change are laid out anew and started with", () => {
    deliverSecrets("sesame");
    deliver(600);
    const before = composeCalls().length;
    expect(deliverSecrets("poppy").status).toBe(0);
    const file = path.join(root, "secrets", "services", "litellm", "variables.env");
    expect(readFileSync(file, "utf8")).toBe("LITELLM_MASTER_KEY='poppy'\n");
    expect(composeCalls().slice(before).at(-1)).toBe("up --detach --wait --wait-timeout 780 --remove-orphans");
  });
});

const release = (...words: string[]) => shell([path.join(root, "current/bin/release"), ...words].join(" "), "");

test("a task is tried as often as it may be, and its failure is told", () => {
  deliverSecrets("sesame");
  deliver(600);
  writeFileSync(stageFile("task-fails"), "");
  const { status, stderr } = release("run", "ollama_preload", "2");
  expect({ status, stderr }).toEqual({ status: 1, stderr: "task ollama_preload failed in every attempt\n" });
  expect(composeCalls().filter((call) => call.includes(" run "))).toHaveLength(3);
  rmSync(stageFile("task-fails"));
  expect(release("run", "ollama_preload", "2").status).toBe(0);
});

test("unhealthy containers are restarted", () => {
  deliverSecrets("sesame");
  deliver(600);
  writeFileSync(stageFile("unhealthy"), "abc\ndef\n");
  expect(release("heal").status).toBe(0);
  expect(calls().filter((call) => call.startsWith("docker restart"))).toEqual([
    "docker restart abc",
    "docker restart def",
  ]);
});

test("the project goes, and its volumes and secrets stay", () => {
  deliverSecrets("sesame");
  deliver(600);
  expect(shell(removeCommand(root), "").status).toBe(0);
  expect(composeCalls().at(-1)).toBe("--profile tasks down --remove-orphans");
  expect(readdirSync(stageFile("units"))).toEqual([]);
  expect(existsSync(path.join(root, "current"))).toBe(false);
  expect(existsSync(path.join(root, "volumes", "ollama_models"))).toBe(true);
  expect(existsSync(path.join(root, "secrets", "values", "litellm", "master-key", "key"))).toBe(true);
});
