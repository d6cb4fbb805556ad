import { expect, test } from "vitest";
import { judge, minutes } from "./judge.ts";
import { claim, job, viewOf } from "./testdata/views.ts";
import type { Availability } from "./watch.ts";

const available = (parts: Partial<Availability> = {}): Availability => ({
  workload: "team-a/proxy",
  wanted: 2,
  floor: 1,
  lowest: 2,
  reducedSeconds: 0,
  whole: true,
  ...parts,
});
const NONE: ReadonlySet<string> = new Set();
const calm = { failures: [], availability: [available()], before: viewOf(), after: viewOf(), disksLost: NONE };

test("nothing lost and nobody below the floor is a pass", () => {
  expect(judge(calm)).toEqual({ verdict: "passed", reasons: [], notes: [] });
});

test("fewer pods than wanted but no fewer than the floor is a pass with what it has cost", () => {
  expect(judge({ ...calm, availability: [available({ lowest: 1, reducedSeconds: 425 })] })).toEqual({
    verdict: "passed",
    reasons: [],
    notes: ["team-a/proxy: 1 of 2 served at least, fewer than 2 for 7:05 min"],
  });
});

test("fewer pods than the floor is a failure", () => {
  const { verdict, reasons } = judge({ ...calm, availability: [available({ lowest: 0, reducedSeconds: 60 })] });
  expect([verdict, reasons]).toEqual([
    "failed",
    ["team-a/proxy fell to 0 serving pods; its disruption budget wants 1"],
  ]);
});

test("a workload that stays reduced is a failure", () => {
  const { reasons } = judge({ ...calm, availability: [available({ lowest: 1, whole: false })] });
  expect(reasons).toEqual(["team-a/proxy does not have its 2 pods again"]);
});

test("what was expected and did not happen comes first", () => {
  const { reasons } = judge({ ...calm, failures: ["it did not"], availability: [available({ whole: false })] });
  expect(reasons[0]).toBe("it did not");
});

test("a claim, a secret or a job that is gone or another one is a failure", () => {
  const before = viewOf({ claims: [claim()], secrets: new Map([["team-a/key", "s1"]]), jobs: [job()] });
  const after = viewOf({ claims: [claim({ uid: "c2" })], secrets: new Map([["team-a/key", "s2"]]) });
  expect(judge({ ...calm, before, after }).reasons).toEqual([
    "the volume claim team-a/models-ollama-0 was lost",
    "the secret team-a/key was lost",
    "the job team-a/preload was lost or has failed",
  ]);
});

test("a job that had failed before can not be lost", () => {
  expect(judge({ ...calm, before: viewOf({ jobs: [job({ state: "failed" })] }) }).verdict).toBe("passed");
});

test.each<[string, Parameters<typeof claim>[0], string[], string[]]>([
  ["can be fetched again", {}, [], ["team-a/models-ollama-0 is empty: nothing of it is kept"]],
  [
    "is kept and copied",
    { kept: true, backupHours: 24 },
    [],
    ["team-a/models-ollama-0 comes from a copy: up to 24 hours are lost"],
  ],
  [
    "is kept and archived",
    { kept: true, archived: true },
    [],
    ["team-a/models-ollama-0 comes from its archive: what was not archived yet is lost"],
  ],
  [
    "is kept and not copied",
    { kept: true },
    ["team-a/models-ollama-0 was lost with the disk of inference-1: it is kept, and no copy is made of it"],
    [],
  ],
  ["stands on another disk", { kept: true, node: "inference-2" }, [], []],
])("a lost disk with a volume that %s", (_what, parts, reasons, notes) => {
  const view = viewOf({ claims: [claim(parts)] });
  const judgement = judge({ ...calm, before: view, after: view, disksLost: new Set(["inference-1"]) });
  expect([judgement.reasons, judgement.notes]).toEqual([reasons, notes]);
});

test("times read as minutes and seconds", () => {
  expect([0, 59.6, 425, 3600].map(minutes)).toEqual(["0:00", "1:00", "7:05", "60:00"]);
});
