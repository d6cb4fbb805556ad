import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { loadEnvironment } from "../../stacks/environment-file.ts";
import { TOOLKIT_PACKAGES } from "../../components/compute/node-config/container-toolkit.ts";
import type { EnvironmentSpec } from "../../stacks/spec/environment.ts";
import type { EnvironmentLock } from "../../stacks/spec/lock.ts";
import type { PoolOf } from "../../stacks/spec/pools.ts";
import { debianProgram } from "../../sandbox/toolchain/debian.ts";
import { memberOf } from "../../operations/enroll/member.ts";
import { enrolmentReport } from "../../operations/enroll/report.ts";
import { scriptFor } from "../../stacks/layers/enrolment.ts";
import { HostBehindNat, makeDownloads } from "../../operations/enroll/testdata/host-behind-nat.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const HOUR_MS = 3_600_000;
const packages = TOOLKIT_PACKAGES.map((name) => `${name}_1.19.1-1_amd64.deb`);
const downloads = makeDownloads(packages);
const { spec, lock: locked } = await loadEnvironment(
  path.relative(process.cwd(), path.join(import.meta.dirname, "../../stacks/Pulumi.factory.yaml")),
);

/** The factory's lock with the checksums of what the host finds. */
const lock: EnvironmentLock = {
  ...locked,
  binaries: {
    ...locked.binaries,
    tailscale: { version: "1.102.3", sha256: { amd64: downloads.sum("tailscale_1.102.3_amd64.tgz") } },
    k3s: { version: "v1.36.2+k3s1", sha256: { amd64: downloads.sum("k3s") } },
    ...Object.fromEntries(
      TOOLKIT_PACKAGES.map((name, index) => [
        name,
        { version: "1.19.1-1", sha256: { amd64: downloads.sum(packages[index] ?? "") } },
      ]),
    ),
  },
};

type Hardware = PoolOf<"onprem">["hardware"];
const CARD = { model: "NVIDIA-RTX-6000-Ada-Generation", count: 2, memoryGiB: 48, sharing: "whole" } as const;
/** What every machine that runs this has. */
const SMALL: Hardware = { architecture: "amd64", vcpu: 1, memoryGiB: 1, diskGiB: 1, gpu: CARD };

let keys = 0;

interface Wanted {
  readonly hardware?: Partial<Hardware>;
  /** Undefined for the next one that nobody has used. */
  readonly key?: string;
  readonly expires?: Date;
}

function written({ hardware = {}, key = `tskey-auth-${(keys += 1)}`, expires }: Wanted = {}): string {
  const changed: EnvironmentSpec = structuredClone(spec);
  const plant = changed.pools["plant"];
  if (plant?.kind !== "onprem") throw new Error("the factory has no plant");
  plant.hardware = { ...SMALL, ...hardware };
  const member = memberOf(changed, "plant-a");
  const good = expires ?? new Date(Date.now() + HOUR_MS);
  return scriptFor({ spec: changed, lock }, member, { key, expires: good }).replace(
    "LEAST_FREE_GIB='40'",
    "LEAST_FREE_GIB='1'",
  );
}

const TOKEN = ["--token-file", "/token", "--wait", "0"];
const STEPS = ["mesh_agent", "mesh", "gpu_runtime", "configuration", "cluster"];
let host: HostBehindNat;

beforeAll(async () => {
  host = await HostBehindNat.start(downloads);
});
afterAll(async () => {
  await host[Symbol.asyncDispose]();
  downloads[Symbol.dispose]();
});
beforeEach(() => {
  host.reset();
  host.setNat("endpoint-independent");
  writeFileSync(path.join(downloads.folder, "clock-offset"), "0");
  host.put("/token", "K10token\n", 0o600);
});

const statusOf = (rows: readonly { readonly name: string; readonly status: string }[] | undefined) =>
  Object.fromEntries((rows ?? []).map(({ name, status }) => [name, status]));
const all = (status: string) => Object.fromEntries(STEPS.map((name) => [name, status]));

test("the script is what shellcheck wants it to be", async () => {
  const shellcheck = await debianProgram("shellcheck", "shellcheck");
  for (const script of [
    written(),
    written({
      hardware: { gpu: { ...CARD, model: "NVIDIA-H100-80GB-HBM3", sharing: "mig", instances: { "1g.10gb": 7 } } },
    }),
  ]) {
    expect(execFileSync(shellcheck, ["--shell=sh", "-"], { input: script, encoding: "utf8" })).toBe("");
  }
});

test("a host behind NAT becomes a node, and a second run changes nothing", () => {
  const script = written();
  const first = host.run(script, TOKEN);
  expect(first.words).toContain("The result is in /var/lib/splitfleet/enroll/report.json.");
  expect(first.code).toBe(0);
  expect(enrolmentReport.parse(first.report)).toMatchObject({
    environment: "factory",
    node: "plant-a",
    enrolled: true,
    address: "100.64.0.7",
  });
  expect(statusOf(first.report?.steps)).toEqual(all("done"));
  expect(new Set(Object.values(statusOf(first.report?.checks)))).toEqual(new Set(["ok"]));
  expect(host.read("/etc/rancher/k3s/config.yaml")).toContain("flannel-iface: tailscale0");
  expect(host.read("/etc/splitfleet/mesh-key")).toBe(undefined);

  const order = (pattern: RegExp) => first.calls.findIndex((call) => pattern.test(call));
  expect(order(/^apt-get install .*nvidia-container-toolkit_/)).toBeGreaterThan(order(/^tailscale up /));
  expect(order(/^curl .*k3s-io/)).toBeGreaterThan(order(/^apt-get install .*nvidia-container-toolkit_/));
  expect(first.calls.filter((call) => call.includes("tskey"))).toEqual([]);
  expect(first.calls.find((call) => call.startsWith("tailscale up"))).toBe(
    "tailscale up --auth-key=file:/etc/splitfleet/mesh-key --hostname=factory-plant-a --ssh --accept-dns=true --accept-routes=true",
  );

  const second = host.run(script, TOKEN);
  expect(second.code).toBe(0);
  expect(statusOf(second.report?.steps)).toEqual(all("unchanged"));
  expect(
    second.calls.filter(
      (call) => !/^(curl .*--head|tailscale netcheck|nvidia-smi|systemctl is-active|curl .*healthz)/.test(call),
    ),
  ).toEqual([]);
});

test("a dry run says what would be done and does none of it", () => {
  const { code, output, report, calls } = host.run(written(), ["--dry-run"]);
  expect(code).toBe(0);
  expect(statusOf(enrolmentReport.parse(JSON.parse(output)).steps)).toEqual(all("planned"));
  expect(report).toBe(undefined);
  expect(calls.filter((call) => !/^(curl .*--head|nvidia-smi)/.test(call))).toEqual([]);
  expect(host.read("/etc/splitfleet/mesh-key")).toBe(undefined);
});

describe.each(["fail", "kill"] as const)("a run that is cut off (%s)", (how) => {
  test.each([
    ["mesh_agent", "curl *tailscale_*", 1],
    ["mesh", "tailscale up*", 1],
    ["gpu_runtime", "apt-get install*container-toolkit*", 1],
    ["configuration", "curl *k3s-io*", 1],
    // The first one is the bundle's.
    ["cluster", "systemctl is-active --quiet k3s.service", 2],
  ])("at %s goes on there", (step, pattern, call) => {
    const script = written();
    host.breakAt(how, pattern, call);
    const first = host.run(script, TOKEN);
    if (how === "kill") expect(first.report).toBe(undefined);
    else {
      expect(first.code).toBe(1);
      expect(first.report?.steps.at(-1)).toMatchObject({ name: step, status: "failed" });
    }
    const second = host.run(script, TOKEN);
    const before = STEPS.slice(0, STEPS.indexOf(step));
    expect(second.code).toBe(0);
    expect(second.report?.enrolled).toBe(true);
    expect(statusOf(second.report?.steps)).toEqual({
      ...all("done"),
      ...Object.fromEntries(before.map((name) => [name, "unchanged"])),
    });
  });
});

test("a run that was cut off between the mesh and its marker does not need another key", () => {
  const script = written();
  host.run(script, TOKEN);
  host.put("/var/lib/splitfleet/enroll/mesh", "something else");
  const { code, report, calls } = host.run(script, TOKEN);
  expect(code).toBe(0);
  expect(statusOf(report?.steps)).toEqual({ ...all("unchanged"), mesh: "done" });
  expect(calls.find((call) => call.startsWith("tailscale up"))).toBe(
    "tailscale up --hostname=factory-plant-a --ssh --accept-dns=true --accept-routes=true",
  );
});

test("a key that was spent elsewhere is refused, and the next step is named", () => {
  const script = written({ key: "tskey-auth-spent" });
  expect(host.run(script, TOKEN).code).toBe(0);
  host.reset();
  host.put("/token", "K10token\n", 0o600);
  const { code, report } = host.run(script, TOKEN);
  expect(code).toBe(1);
  expect(report?.steps.at(-1)).toEqual({
    name: "mesh",
    status: "failed",
    message: "the mesh refused the key, which works once; write this script anew: npm run enroll -- factory plant-a",
  });
  expect(host.read("/etc/splitfleet/mesh-key")).toBe(undefined);
});

test("a key that is too old is not tried", () => {
  const { code, report, calls } = host.run(written({ expires: new Date(Date.now() - 1000) }), TOKEN);
  expect(code).toBe(1);
  expect(report?.steps.at(-1)?.message).toContain("the key of this script is older than an hour");
  expect(calls.filter((call) => call.startsWith("tailscale up"))).toEqual([]);
});

test("without the cluster's token the node waits in the mesh, and a later run goes on", () => {
  const script = written();
  const first = host.run(script, ["--wait", "0"]);
  expect(first.code).toBe(1);
  expect(first.report).toMatchObject({ enrolled: false, address: "100.64.0.7" });
  expect(first.report?.steps.at(-1)?.message).toBe(
    "the cluster's token did not come within 0 s; deliver it to /etc/splitfleet/k3s-token and run this again, " +
      "or give it with --token-file",
  );
  host.put("/etc/splitfleet/k3s-token", "K10token\n", 0o600);
  expect(host.run(script, ["--wait", "0"]).report?.enrolled).toBe(true);
});

describe("a host that is not as its pool declares is left alone", () => {
  const refused = (script: string, name: string, diskMiB?: number) => {
    const { code, report, words, calls } = host.run(script, [...TOKEN, "--report", "/result.json"], diskMiB);
    expect(code).toBe(1);
    expect(words).toContain("Nothing was changed.");
    expect(report).toBe(undefined);
    expect(calls.filter((call) => !/^(curl .*--head|nvidia-smi)/.test(call))).toEqual([]);
    const result = enrolmentReport.parse(JSON.parse(host.read("/result.json") ?? ""));
    expect(result.checks.filter(({ status }) => status !== "ok").map((check) => check.name)).toEqual([name]);
    const { found, expected } = result.checks.find((check) => check.name === name) ?? {};
    return `${found}: ${expected}`;
  };

  test("an old driver", () => {
    host.put("/var/stub/gpus", "NVIDIA RTX 6000 Ada Generation, 49140, 470.82.01\n".repeat(2));
    expect(refused(written(), "driver")).toBe("470.82.01: 525.60.13 or newer for NVIDIA-RTX-6000-Ada-Generation");
  });

  test("no driver", () => {
    host.put("/stub/nvidia-smi", "#!/bin/sh\nexit 9\n");
    expect(refused(written(), "driver")).toBe("nvidia-smi does not answer: NVIDIA's driver, 525.60.13 or newer");
  });

  test("another GPU", () => {
    host.put("/var/stub/gpus", "NVIDIA GeForce RTX 4090, 49140, 580.65.06\n".repeat(2));
    expect(refused(written(), "gpu")).toBe("NVIDIA-GeForce-RTX-4090: NVIDIA-RTX-6000-Ada-Generation");
  });

  test("a GPU less", () => {
    host.put("/var/stub/gpus", "NVIDIA RTX 6000 Ada Generation, 49140, 580.65.06\n");
    expect(refused(written(), "gpus")).toBe("1: 2");
  });

  test("less memory", () => {
    expect(refused(written({ hardware: { memoryGiB: 16_384 } }), "memory")).toMatch(/^\d+ GiB: 16384 GiB$/);
  });

  test("no room on its disk", () => {
    const script = written({ hardware: { diskGiB: 0.1 } }).replace("LEAST_FREE_GIB='1'", "LEAST_FREE_GIB='40'");
    expect(refused(script, "room", 200)).toBe("1 GiB free: 40 GiB free");
  });

  test("a clock that is ten minutes off", () => {
    writeFileSync(path.join(downloads.folder, "clock-offset"), "600");
    expect(refused(written(), "clock")).toMatch(/^(599|600|601) s off: at most 60 s off$/);
  });

  test("control groups of version 1", () => {
    host.put("/sys/fs/cgroup/cgroup.controllers", "");
    expect(refused(written(), "cgroups")).toBe(": version 2 with cpu, cpuset, memory and pids");
  });
});

test("a symmetric NAT is reported and no reason to stop", () => {
  host.setNat("symmetric");
  const { code, report } = host.run(written(), TOKEN);
  expect(code).toBe(0);
  expect(report?.checks.find(({ name }) => name === "nat")).toEqual({
    name: "nat",
    status: "warned",
    found: "symmetric: traffic to nodes behind another NAT goes by a relay",
    expected: "a port forward of UDP 41641, or endpoint-independent mapping",
  });
});

test("a machine without a GPU gets no GPU's runtime, and one with the machine's memory reports none", () => {
  const plain = host.run(written({ hardware: { gpu: undefined } }), TOKEN);
  expect(statusOf(plain.report?.steps)).toEqual({
    mesh_agent: "done",
    mesh: "done",
    configuration: "done",
    cluster: "done",
  });
  host.reset();
  host.put("/token", "K10token\n", 0o600);
  host.put("/var/stub/gpus", "NVIDIA GB10, [N/A], 580.95.05\n");
  const unified = { model: "NVIDIA-GB10", count: 1, memoryGiB: 0.5, sharing: "unified" } as const;
  expect(host.run(written({ hardware: { gpu: unified } }), TOKEN).report?.enrolled).toBe(true);
});
