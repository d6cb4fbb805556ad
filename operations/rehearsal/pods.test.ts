import { describe, expect, test } from "vitest";
import { type Cluster, clusterOf } from "./cluster.ts";
import { isSettled, podReports } from "./pods.ts";
import { recorded, recordedCluster } from "./testdata/recorded.ts";

const lines = (cluster: Cluster): string[] =>
  podReports(cluster).map(({ namespace, name, workload, pool, node, phase, reason }) =>
    [`${namespace}/${name.replace(/-[a-z0-9]{5}$/, "")}`, workload, pool, node, phase, reason].join(" | "),
  );

const OPERATOR = "splitfleet-system/secrets-operator-release";
const pods = (name: Parameters<typeof recordedCluster>[0]): string[] =>
  lines(recordedCluster(name)).filter((line) => !line.startsWith(OPERATOR));

test("a fleet that fits has every pod on a node of its pool", () => {
  expect(pods("fits")).toEqual([
    "team-assistants/litellm-64584bfc48 | litellm | inference | sandbox-inference-2 | Running | ",
    "team-assistants/ollama-0 | ollama | inference | sandbox-inference-1 | Running | ",
    "team-assistants/ollama-preload | ollama | inference | sandbox-inference-2 | Succeeded | ",
  ]);
  expect(isSettled(recordedCluster("fits"))).toBe(true);
});

test("a pod without a node has the scheduler's own words", () => {
  expect(pods("no-room")).toEqual([
    "team-assistants/litellm-64584bfc48 | litellm | inference | sandbox-inference-1 | Running | ",
    "team-assistants/ollama-0 | ollama | inference |  | Pending | 0/4 nodes are available: 2 Insufficient memory," +
      " 2 node(s) didn't match Pod's node affinity/selector. no new claims to deallocate," +
      " preemption: 0/4 nodes are available: 4 Preemption is not helpful for scheduling.",
  ]);
  expect(isSettled(recordedCluster("no-room"))).toBe(true);
});

test("a pod that admission refused is there with its controller's name and the API server's words", () => {
  expect(pods("quota")).toEqual([
    'team-assistants/litellm-64584bfc48 | litellm | inference |  | NotCreated | pods "litellm-64584bfc48-8f4wm" is' +
      " forbidden: exceeded quota: team, requested: limits.memory=2Gi, used: limits.memory=3008Mi," +
      " limited: limits.memory=4Gi",
    "team-assistants/ollama-0 | ollama | inference | sandbox-inference-2 | Running | ",
    "team-assistants/ollama-preload | ollama | inference | sandbox-inference-1 | Succeeded | ",
  ]);
  expect(isSettled(recordedCluster("quota"))).toBe(true);
});

describe("nothing is settled", () => {
  const meta = { name: "one", namespace: "team-a", uid: "u" };
  const withPods = (...list: object[]): Cluster => clusterOf({ ...recorded("fits"), Pod: list });
  const pod = (status: object, spec: object = {}): object => ({
    metadata: meta,
    spec: { containers: [], ...spec },
    status,
  });

  test.each([
    ["a pod that the scheduler has not seen", pod({ phase: "Pending" }), "the scheduler has not seen it yet"],
    ["a pod that starts", pod({ phase: "Pending" }, { nodeName: "n" }), "it is not ready"],
    [
      "a pod whose volume lost a race, which the scheduler tries again",
      pod({
        phase: "Pending",
        conditions: [{ type: "PodScheduled", status: "False", reason: "SchedulerError", message: "conflict" }],
      }),
      "conflict",
    ],
  ])("while there is %s", (_what, waiting, reason) => {
    expect(isSettled(withPods(waiting))).toBe(false);
    expect(podReports(withPods(waiting)).map((report) => report.reason)).toEqual([reason]);
  });

  test("while a controller has yet to make a pod, and nobody has refused it", () => {
    const { events: _, ...cluster } = recordedCluster("quota");
    expect(isSettled({ ...cluster, events: [] })).toBe(false);
  });

  const controller = (spec: object, status: object): object => ({
    metadata: meta,
    spec: { template: {}, ...spec },
    status,
  });
  const missing = (kind: "StatefulSet" | "DaemonSet" | "Job", one: object): readonly string[] =>
    podReports(
      clusterOf({ ...recorded("fits"), Pod: [], ReplicaSet: [], StatefulSet: [], Job: [], [kind]: [one] }),
    ).map(({ name, reason }) => `${name}: ${reason}`);

  test("a StatefulSet that starts its pods in order says what the next one waits for", () => {
    expect(missing("StatefulSet", controller({ replicas: 3 }, { replicas: 1 }))).toEqual([
      "one: its StatefulSet waits until the pod before it is ready",
      "one: its StatefulSet waits until the pod before it is ready",
    ]);
  });

  test("pods of a DaemonSet and of a Job are missed as well, those of a suspended or finished one are not", () => {
    expect(missing("DaemonSet", controller({}, { desiredNumberScheduled: 2, currentNumberScheduled: 1 }))).toHaveLength(
      1,
    );
    expect(missing("Job", controller({ completions: 3, parallelism: 2 }, { active: 1, succeeded: 1 }))).toHaveLength(1);
    expect(missing("Job", controller({ suspend: true }, {}))).toEqual([]);
    expect(missing("Job", controller({}, { conditions: [{ type: "Failed", status: "True" }] }))).toEqual([]);
  });
});

test("a pod that failed or can not pull its image says why", () => {
  const [failed, stuck] = podReports(
    clusterOf({
      ...recorded("fits"),
      Pod: [
        {
          metadata: { name: "a", namespace: "t", uid: "1" },
          spec: { nodeName: "n", containers: [] },
          status: { phase: "Failed", message: "evicted" },
        },
        {
          metadata: { name: "b", namespace: "t", uid: "2" },
          spec: { nodeName: "n", containers: [] },
          status: {
            phase: "Pending",
            containerStatuses: [{ state: { waiting: { reason: "ErrImagePull", message: "no such image" } } }],
          },
        },
      ],
    }),
  );
  expect([failed?.reason, stuck?.reason]).toEqual(["evicted", "ErrImagePull: no such image"]);
});

describe("a run that Kueue holds", () => {
  const job = {
    metadata: { name: "training", namespace: "team-research", uid: "1" },
    spec: {
      suspend: true,
      parallelism: 2,
      template: { metadata: { labels: { "splitfleet/workload": "training", "splitfleet/pool": "burst" } } },
    },
  };
  const held = (conditions: object[]): Cluster => {
    const metadata = { name: "job-training", namespace: "team-research", uid: "2", ownerReferences: [{ uid: "1" }] };
    const none = { Pod: [], ReplicaSet: [], StatefulSet: [] };
    return clusterOf({ ...recorded("fits"), ...none, Job: [job], Workload: [{ metadata, status: { conditions } }] });
  };

  test("has no pod, for Kueue's own words", () => {
    const message = "couldn't assign flavors to pod set main: insufficient quota";
    const cluster = held([{ type: "QuotaReserved", status: "False", reason: "Pending", message }]);
    const line = `team-research/training | training | burst |  | NotCreated | ${message}`;
    expect(lines(cluster)).toEqual([line, line]);
    expect(isSettled(cluster)).toBe(true);
  });

  test("is waited for until Kueue has said something", () => {
    expect(isSettled(held([]))).toBe(false);
    expect(isSettled(held([{ type: "QuotaReserved", status: "True", message: "" }]))).toBe(false);
  });
});
