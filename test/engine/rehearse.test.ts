import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { rehearsalReport, type RehearsalReport } from "../../operations/rehearsal/report.ts";
import { descendants, survivors, until } from "./processes.ts";
import { type Ended, Trial } from "./trial.ts";

// The sandbox as it is, with too little memory for its model server, and with a manifest that no API server takes: all
// three rehearsed at the same time.
const CPX32 = "serverType: cpx32\n    architecture: amd64\n    vcpu: 4\n    memoryGiB: 8\n    diskGiB: 160";
const trials: Trial[] = [];
let temporary: string;
let fitting: Ended;
let small: Ended;
let refused: Ended;

beforeAll(async () => {
  temporary = mkdtempSync(path.join(tmpdir(), "splitfleet-rehearse-"));
  const [asItIs, tooSmall, wrong] = [trial("fits"), trial("small"), trial("wrong")];
  wrong.write({
    "models: [small]": "models: [small]\n      storageGiB: 0.0000001",
    "storageGiB: 100 }": "storageGiB: 100, gpus: 1 }\n      shares: { workshop: 1 }",
  });
  tooSmall.write({ "[cx43, cpx42]": "[cpx32]", "models: [small]": "models: [small]\n      parallel: 16" });
  const lockFile = path.join(tooSmall.folder, `${tooSmall.name}.lock.yaml`);
  writeFileSync(lockFile, readFileSync(lockFile, "utf8").replace(/serverType: cpx42(?:.*\n){4} *diskGiB: 320/, CPX32));
  vi.stubEnv("TMPDIR", temporary);
  [fitting, small, refused] = await Promise.all([
    asItIs.run("rehearse", "--file", asItIs.file, "--json"),
    tooSmall.run("rehearse", "--file", tooSmall.file, "--json", "--html", path.join(tooSmall.folder, "page.html")),
    wrong.run("rehearse", "--file", wrong.file, "--json"),
  ]);
});
afterAll(() => {
  vi.unstubAllEnvs();
  for (const each of trials) each[Symbol.dispose]();
  rmSync(temporary, { recursive: true });
});

function trial(name: string): Trial {
  const made = new Trial(name);
  trials.push(made);
  return made;
}

const reportOf = ({ stdout }: Ended): RehearsalReport => rehearsalReport.parse(JSON.parse(stdout));

describe("the sandbox as it is", () => {
  it("fits: every object is accepted and every pod is on a node of its pool", () => {
    expect(fitting.exitCode, fitting.stderr).toBe(0);
    const { verdict, objects, problems, pods, nodes } = reportOf(fitting);
    expect(verdict).toBe("fits");
    expect(objects).toHaveLength(33);
    expect(objects.filter(({ state, reason }) => state !== "accepted" || reason !== "")).toEqual([]);
    expect(problems).toEqual([]);
    const poolOf = new Map(nodes.map(({ name, pool }) => [name, pool]));
    const own = pods.filter(({ workload }) => workload !== "");
    expect(own.map(({ workload, pool, phase }) => [workload, pool, phase])).toEqual([
      ["litellm", "inference", "Running"],
      ["ollama", "inference", "Running"],
      ["ollama", "inference", "Succeeded"],
      ["egress", "operations", "Running"],
      ["egress", "operations", "Running"],
    ]);
    expect(own.filter(({ node, pool }) => poolOf.get(node ?? "") !== pool)).toEqual([]);
    expect(pods.filter(({ reason }) => reason !== "")).toEqual([]);
  });

  it("uses as much of its nodes and quotas as its workloads ask for", () => {
    const { nodes, quotas } = reportOf(fitting);
    const inference = nodes.filter(({ pool }) => pool === "inference");
    expect(inference.map(({ allocatable }) => allocatable)).toEqual(
      Array.from({ length: 2 }, () => ({ cpu: 8, memoryMiB: 15_719, gpus: 0, pods: 110 })),
    );
    expect(inference.reduce((sum, { requested }) => sum + requested.memoryMiB, 0)).toBeGreaterThanOrEqual(3008 + 1024);
    expect(quotas.filter(({ namespace }) => namespace === "team-assistants")).toEqual(
      [
        ["limits.memory", "16Gi", "5056Mi"],
        ["pods", "50", "2"],
        ["requests.cpu", "8", "2500m"],
        ["requests.memory", "16Gi", "4032Mi"],
        ["requests.nvidia.com/gpu", "0", "0"],
        ["requests.storage", "100Gi", "30Gi"],
      ].map(([resource, hard, used]) => ({
        namespace: "team-assistants",
        queue: "",
        pool: "",
        resource,
        hard,
        used,
      })),
    );
  });

  it("lets through the declared flows and no others", () => {
    expect(reportOf(fitting).flows).toEqual({ declared: 14, policies: 7, differences: [] });
    expect(reportOf(fitting).advice).toEqual([]);
  });
});

describe("with too little memory for its model server", () => {
  it("does not fit, in the scheduler's own words", () => {
    expect(small.exitCode, small.stderr).toBe(1);
    const { verdict, pods, objects } = reportOf(small);
    expect(verdict).toBe("does-not-fit");
    expect(
      pods.filter(({ reason }) => reason !== "").map(({ name, node, reason }) => ({ name, node, reason })),
    ).toEqual([
      {
        name: "ollama-0",
        node: null,
        reason:
          "0/4 nodes are available: 1 node(s) didn't match Pod's node affinity/selector, 1 node(s) had untolerated " +
          "taint(s), 2 Insufficient memory. no new claims to deallocate, preemption: 0/4 nodes are available: " +
          "4 Preemption is not helpful for scheduling.",
      },
    ]);
    expect(objects.filter(({ state }) => state === "not-tried").map(({ name }) => name)).toEqual(["ollama-preload"]);
  });

  it("names the pool, the shortage and the cheapest change with its euros", () => {
    const { advice } = reportOf(small);
    expect(advice).toEqual([
      {
        for: "pool",
        name: "inference",
        shortage: "ollama asks for 9.5 GiB and 2 cores; the most that a node has left is 7.4 GiB and 4 cores",
        change: "cpx42 instead of cpx32",
        expectedEurosPerMonth: "+68.00",
        worstEurosPerMonth: "+68.00",
      },
    ]);
    const page = readFileSync(path.join(trials[1]?.folder ?? "", "page.html"), "utf8");
    expect(page).toContain("cpx42 instead of cpx32: +68.00 EUR a month expected");
  });
});

it("shows what the API server refuses in its words, with the definition, and what was not tried for it", () => {
  expect(refused.exitCode, refused.stderr).toBe(1);
  const { verdict, objects } = reportOf(refused);
  expect(verdict).toBe("refused");
  const failed = objects.filter(({ state }) => state !== "accepted");
  expect(failed.map(({ kind, name, state, definition }) => ({ kind, name, state, definition }))).toEqual([
    {
      kind: "StatefulSet",
      name: "ollama",
      state: "refused",
      definition: { file: "components/workloads/ollama.ts", field: "" },
    },
    { kind: "Job", name: "ollama-preload", state: "not-tried", definition: null },
  ]);
  expect(failed[0]?.reason).toContain("quantities must match the regular expression");
});

it("has Kueue where a team has reserved a share of a pool, and reports what its queue has", () => {
  const { quotas, pods } = reportOf(refused);
  const own = { namespace: "", queue: "assistants", pool: "workshop", used: "0" };
  expect(quotas.filter(({ queue }) => queue === "assistants")).toEqual([
    { ...own, resource: "cpu", hard: "16" },
    { ...own, resource: "memory", hard: "64871Mi" },
    { ...own, resource: "nvidia.com/gpu", hard: "1" },
  ]);
  const kueue = pods.filter(({ name }) => name.startsWith("kueue-controller-manager"));
  expect(kueue.map(({ namespace, node, phase }) => [namespace, node, phase])).toEqual([
    ["splitfleet-system", `${trials[2]?.name}-operations-1`, "Running"],
  ]);
});

it("ends with everything it has started on Ctrl-C", async () => {
  const [one] = trials;
  const child = one?.start("rehearse", "--file", one.file);
  if (child?.pid === undefined) throw new Error("the verb did not start");
  const { pid } = child;
  await until(
    () => descendants(pid).some(({ command }) => command.includes("kwok")),
    60_000,
    "the start of the cluster",
  );
  const processes = descendants(pid);
  child.kill("SIGINT");
  await once(child, "exit");
  expect(child.exitCode).toBe(130);
  expect(await survivors(processes, 8_000)).toEqual([]);
});

it("leaves neither a file nor a sandbox behind", () => {
  expect(readdirSync(temporary)).toEqual([]);
  expect(trials.filter(({ marker }) => existsSync(marker))).toEqual([]);
});
