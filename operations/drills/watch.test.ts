import { expect, test } from "vitest";
import { Clock } from "./clock.ts";
import { job, node, viewOf, workload } from "./testdata/views.ts";
import { Watch } from "./watch.ts";

/** A watch whose clock a test sets, in milliseconds. */
function watchAt(baseline: ReturnType<typeof viewOf>, pace = 60) {
  let now = 0;
  const watch = new Watch(new Clock(pace, () => now), baseline);
  return { watch, at: (milliseconds: number) => (now = milliseconds) };
}

test("a second stands for as many as the pace says", () => {
  const { watch, at } = watchAt(viewOf());
  at(2_500);
  watch.say("inject", "something");
  expect(watch.timeline).toEqual([{ atSeconds: 150, kind: "inject", what: "something" }]);
});

test("what becomes of nodes, workloads and jobs is written down once", () => {
  const { watch, at } = watchAt(
    viewOf({
      nodes: [node(), node({ name: "inference-2" })],
      workloads: [workload()],
      jobs: [job({ state: "active" })],
    }),
  );
  const changed = viewOf({
    nodes: [
      node({ ready: false, schedulable: false, taints: ["node.kubernetes.io/unreachable", "spot-itn"] }),
      node({ name: "burst-1" }),
    ],
    workloads: [workload({ serving: 1 })],
    jobs: [job()],
  });
  at(1_000);
  watch.look(changed);
  watch.look(changed);
  expect(watch.timeline.map(({ what }) => what)).toEqual([
    "inference-2 has left the cluster",
    "inference-1 is not ready",
    "inference-1 takes no more pods",
    "inference-1 has the taint spot-itn",
    "burst-1 has joined and is ready",
    "team-a/proxy: 1 of 2 serve",
    "job preload is complete",
  ]);
});

test("a workload's lowest number and the time that it was reduced are kept", () => {
  const { watch, at } = watchAt(viewOf({ workloads: [workload()] }), 1);
  const look = (milliseconds: number, serving: number): void => {
    at(milliseconds);
    watch.look(viewOf({ workloads: [workload({ serving })] }));
  };
  look(1_000, 1);
  look(2_000, 0);
  look(3_000, 2);
  expect(watch.availability).toEqual([
    { workload: "team-a/proxy", wanted: 2, floor: 1, lowest: 0, reducedSeconds: 2, whole: true },
  ]);
});

test("a workload that vanishes serves with no pod", () => {
  const { watch } = watchAt(viewOf({ workloads: [workload()] }));
  watch.look(viewOf());
  expect(watch.availability[0]).toMatchObject({ lowest: 0, whole: false });
});
