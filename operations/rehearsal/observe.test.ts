import { expect, test } from "vitest";
import { Refusal } from "../../sandbox/twin/kinds/kubernetes/connection.ts";
import { readCluster, untilSettled } from "./observe.ts";
import { recorded, recordedCluster } from "./testdata/recorded.ts";

/** A clock that moves only when somebody waits. */
function clock(): { now: () => number; wait: (milliseconds: number) => Promise<void> } {
  let time = 0;
  return {
    now: () => time,
    wait: async (milliseconds) => {
      time += milliseconds;
    },
  };
}

const { events: _, ...quota } = recordedCluster("quota");
const unsettled = { ...quota, events: [] };

test("reads every kind that a verdict is made of", async () => {
  const asked: string[] = [];
  const server = {
    list: async ({ apiVersion, kind }: { apiVersion: string; kind: string }) => {
      asked.push(`${apiVersion} ${kind}`);
      const { [kind as "Pod"]: list = [] } = recorded("fits");
      return list as never;
    },
  };
  expect(await readCluster(server)).toEqual(recordedCluster("fits"));
  expect(asked).toEqual([
    "v1 Pod",
    "v1 Node",
    "v1 ResourceQuota",
    "v1 Event",
    "apps/v1 ReplicaSet",
    "apps/v1 StatefulSet",
    "apps/v1 DaemonSet",
    "batch/v1 Job",
    "kueue.x-k8s.io/v1beta2 ClusterQueue",
    "kueue.x-k8s.io/v1beta2 Workload",
  ]);
});

test("a kind that nobody has defined has no objects, and any other refusal is passed on", async () => {
  const refusing = (reason: string) => ({
    list: async ({ kind }: { kind: string }) => {
      if (kind === "Workload") throw new Refusal("no", 404, reason);
      const { [kind as "Pod"]: list = [] } = recorded("fits");
      return list as never;
    },
  });
  expect((await readCluster(refusing("NoMatch"))).runs).toEqual([]);
  await expect(readCluster(refusing("Forbidden"))).rejects.toThrow("no");
});

test("waits until nothing has changed for two seconds", async () => {
  const time = clock();
  const read = async () => (time.now() < 1000 ? unsettled : recordedCluster(time.now() < 2500 ? "no-room" : "fits"));
  const { cluster, settled } = await untilSettled(read, time);
  expect(settled).toBe(true);
  expect(cluster).toEqual(recordedCluster("fits"));
  expect(time.now()).toBe(4500);
});

test("gives up in the end and says so", async () => {
  const time = clock();
  const { settled } = await untilSettled(async () => unsettled, { ...time, limitMs: 10_000 });
  expect(settled).toBe(false);
  expect(time.now()).toBe(10_000);
});

test("stops when a person does", async () => {
  const read = () => Promise.resolve(recordedCluster("fits"));
  await expect(untilSettled(read, { ...clock(), signal: AbortSignal.abort(new Error("enough")) })).rejects.toThrow(
    "enough",
  );
});
