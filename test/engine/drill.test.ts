import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type CaseReport, drillReport, type DrillReport } from "../../operations/drills/report.ts";
import { type Ended, Trial } from "./trial.ts";

// Three rehearsals beside each other, since most of a drill is waiting: burst pools and quotas; machines; the engine. In
// a fourth, a fleet of which it is known that it does not come through.
const CLOUD = ["scale-to-zero", "spot-reclaim", "quota-storm"];
const MACHINES = ["gpu-loss", "node-loss", "zone-loss", "upgrade"];
const ENGINE = ["drift", "api-down"];
const trials: Trial[] = [];
let temporary: string;
let cloud: Ended;
let machines: Ended;
let engine: Ended;
let crowded: Ended;

beforeAll(async () => {
  temporary = mkdtempSync(path.join(tmpdir(), "splitfleet-drill-"));
  const [forCloud, forMachines, forEngine, oneNode] = [
    trial("cloud"),
    trial("machines"),
    trial("engine"),
    trial("crowded"),
  ];
  oneNode.write({ "nodes: [1, 2]": "nodes: [1]", "kind: litellm": "kind: litellm\n      replicas: 2" });
  vi.stubEnv("TMPDIR", temporary);
  const run = (of: Trial, ...args: readonly string[]): Promise<Ended> =>
    of.run("drill", of.name, ...args, "--file", of.file, "--json", "--html", path.join(of.folder, "page.html"));
  [cloud, engine, [machines, crowded]] = await Promise.all([
    run(forCloud, ...CLOUD),
    run(forEngine, ...ENGINE),
    (async () => [await run(forMachines, ...MACHINES), await run(oneNode, "node-loss")] as const)(),
  ]);
}, 420_000);
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

const reportOf = ({ stdout }: Ended): DrillReport => drillReport.parse(JSON.parse(stdout));

/** The one case of a drill that was run. */
function caseOf(ended: Ended, drill: string, subject?: string): CaseReport {
  const found = reportOf(ended).drills.find(
    (each) => each.drill === drill && (subject ?? each.subject) === each.subject,
  );
  if (found === undefined) throw new Error(`${drill} is not in the report: ${ended.stderr}`);
  return found;
}
const said = ({ timeline }: CaseReport): string[] => timeline.map(({ what }) => what);

describe("the sandbox", () => {
  it("comes up under simulated time", () => {
    expect([cloud, machines, engine].map((ended) => reportOf(ended).problem)).toEqual(["", "", ""]);
  });

  it("comes through every drill that it can have, and says which it can not", () => {
    const verdicts = [cloud, machines, engine].flatMap((ended) =>
      reportOf(ended).drills.map(({ drill, subject, verdict, reasons }) => [drill, subject, verdict, ...reasons]),
    );
    expect(verdicts).toEqual([
      ["scale-to-zero", "pool burst", "passed"],
      ["spot-reclaim", "pool burst", "passed"],
      ["quota-storm", "team platform", "passed"],
      ["quota-storm", "team assistants", "passed"],
      ["gpu-loss", "pool workshop", "passed"],
      [
        "node-loss",
        "pool operations",
        "not-here",
        "its nodes are the only k3s servers: with them goes the cluster, not a node of it",
      ],
      ["node-loss", "pool inference", "passed"],
      ["node-loss", "pool workshop", "passed"],
      [
        "zone-loss",
        "zone fsn1",
        "not-here",
        "with it goes the majority of the k3s servers, so the cluster, which is restored",
      ],
      ["zone-loss", "zone workshop", "passed"],
      ["upgrade", expect.stringMatching(/^v1\.36\.\d+\+k3s1 to v1\.37\.0\+k3s1$/), "passed"],
      ["drift", "", "passed"],
      ["api-down", "", "passed"],
    ]);
    expect([cloud, machines, engine].map(({ exitCode }) => exitCode)).toEqual([0, 0, 0]);
  });

  it("gives a job that EC2 interrupts another instance, on which it goes on from its checkpoint", () => {
    const reclaim = caseOf(cloud, "spot-reclaim");
    expect(said(reclaim)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^twin-i-[0-9a-f]+ takes no more pods$/),
        "the job's pod has left before the instance goes",
        "another instance comes and the job goes on there",
        "job spot-reclaim is complete",
        expect.stringMatching(/^\d:\d\d min of work were done twice; a checkpoint was written every 4:00$/),
      ]),
    );
    expect(reclaim.recoverySeconds).toBeGreaterThan(0);
  });

  it("loses with a node what its disk held, and says for how long a workload was reduced", () => {
    const { notes, workloads } = caseOf(machines, "node-loss", "pool inference");
    expect(notes).toContainEqual("team-assistants/models-ollama-0 is empty: nothing of it is kept");
    expect(workloads.filter(({ whole }) => !whole)).toEqual([]);
  });

  it("upgrades the server first", () => {
    const order = said(caseOf(machines, "upgrade")).filter((what) => what.endsWith("runs v1.37.0+k3s1"));
    expect(order.map((what) => /-(operations|inference|workshop)-/.exec(what)?.[1])).toEqual([
      "operations",
      "inference",
      "inference",
      "workshop",
    ]);
  });

  it("finishes an up that the API server's death has cut off", () => {
    expect(said(caseOf(engine, "api-down"))).toContain("the engine has given up and kept what it had done");
  });

  it("draws the timeline of each drill", () => {
    const page = readFileSync(path.join(trials[0]?.folder ?? "", "page.html"), "utf8");
    expect(page.match(/class="timeline"/g)).toHaveLength(4);
  });
});

it("fails, with the workload and its floor, where all replicas stand on the node that is lost", () => {
  expect(crowded.exitCode, crowded.stderr).toBe(1);
  expect(caseOf(crowded, "node-loss", "pool inference")).toMatchObject({
    verdict: "failed",
    reasons: ["team-assistants/litellm fell to 0 serving pods; its disruption budget wants 1"],
    recoverySeconds: null,
  });
});

it("answers a wrong name with the nearest one, and changes nothing", async () => {
  const [one] = trials;
  const ended = await one?.run("drill", one.name, "node-lost", "--file", one.file);
  expect(ended?.exitCode).toBe(2);
  expect(ended?.stderr).toContain('There is no drill "node-lost". Did you mean node-loss?');
});

it("leaves neither a file nor a sandbox behind", () => {
  expect(readdirSync(temporary)).toEqual([]);
  expect(trials.filter(({ marker }) => existsSync(marker))).toEqual([]);
});
