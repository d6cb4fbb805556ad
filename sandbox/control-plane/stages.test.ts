import { expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { stagesYaml } from "./stages.ts";

interface Stage {
  kind: string;
  metadata: { name: string };
  spec: { resourceRef: { kind: string }; delay?: Record<string, unknown> };
}

const stages = parseAllDocuments(stagesYaml({ start: 200, startOf: { ollama: 90_000, litellm: 1_500 }, job: 500 })).map(
  (document) => document.toJS() as Stage,
);

const delayOf = (name: string) => stages.find(({ metadata }) => metadata.name === name)?.spec.delay;

test("KWOK plays nodes, pods, jobs and volumes", () => {
  expect(stages.map(({ metadata, spec }) => `${spec.resourceRef.kind}: ${metadata.name}`)).toEqual([
    "Node: node-ready",
    "Node: node-heartbeat",
    "Pod: pod-ready",
    "Pod: pod-ready-again",
    "Pod: pod-completed",
    "Pod: pod-ended",
    "Pod: pod-gone",
    "PersistentVolumeClaim: volume-made",
    "PersistentVolume: volume-gone",
  ]);
  expect(new Set(stages.map(({ kind }) => kind))).toEqual(new Set(["Stage"]));
});

test("a listed workload's pods take their own time to start, all others the common one", () => {
  expect(delayOf("pod-ready")).toEqual({
    durationMilliseconds: 200,
    durationFrom: {
      expressionFrom: '{"ollama":"90000ms","litellm":"1500ms"}[.metadata.labels["splitfleet/workload"] // ""]',
    },
  });
  expect(delayOf("pod-completed")).toEqual({ durationMilliseconds: 500 });
});
