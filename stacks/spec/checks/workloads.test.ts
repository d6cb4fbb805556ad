import { expect, test } from "vitest";
import {
  defineWorkload,
  type Handle,
  type Port,
  type Workload,
  type WorkloadKind,
} from "../../../components/workloads/contract.ts";
import type { PlannedWorkload } from "../../../components/workloads/plan.ts";
import { trialFacts } from "../../testdata/trial.ts";
import { faultsIn } from "./definitions.ts";
import { hostnames, hostnamesInCluster } from "./hostnames.ts";
import { overdueIn } from "./retention.ts";
import { cyclesIn } from "./workload-needs.ts";

const image = `registry.example.org/tool@sha256:${"0".repeat(64)}`;
const container = { image, cpu: { request: 1 }, memoryMiB: { request: 64 }, user: 10001 };
const api: Port = { port: 80, audience: "cluster" };

/** A workload of the name, built by a definition that gives just this. */
function plan(
  name: string,
  workload: Workload,
  kind: Partial<Pick<WorkloadKind, "runtimes" | "ports" | "nodeAgent" | "backups">> = {},
  dataClass = "personal",
  requires: readonly Handle[] = [],
): PlannedWorkload {
  const definition = {
    ...defineWorkload({
      kind: name,
      summary: "",
      memory: "",
      runtimes: ["kubernetes"],
      ports: {},
      spec: {},
      build: () => workload,
    }),
    ...kind,
    file: `kinds/${name}.ts`,
  };
  return {
    name,
    entry: { kind: name, team: "platform", pool: "operations", dataClass },
    definition,
    runtime: "kubernetes",
    namespace: "team-platform",
    meshHost: undefined,
    outside: undefined,
    serves: [],
    egress: [],
    handles: {},
    workload,
    requires,
  };
}
const faults = (...workloads: PlannedWorkload[]) =>
  [...faultsIn({ workloads, images: new Set(["locked"]) })].map(({ path, got, expected, fix }) => [
    path.join("."),
    got,
    expected,
    fix,
  ]);

test("what a definition built well has no fault", () => {
  const deploy = plan(
    "tool",
    {
      replicas: 1,
      container: { ...container, env: { KEY: { secret: "key", key: "value" } } },
      secrets: { key: { class: "generated", keys: ["value"] } },
      jobs: { migrate: { ...container, image: "locked" } },
      override: { kubernetes: { deployment: (args) => args, service: (args) => args, networkPolicy: (args) => args } },
    },
    { ports: { api } },
  );
  const nightly = plan("nightly", {
    form: "scheduled",
    schedule: "30 2 * * MON-FRI",
    deadlineSeconds: 60,
    retries: 0,
    container,
  });
  expect(faults(deploy, nightly)).toEqual([]);
});

test("a kind without the runtime of its pool", () => {
  expect(faults(plan("site", { replicas: 1, container }, { runtimes: ["compose"] }))).toEqual([
    [
      "workloads.site",
      "kind site, which runs on compose only",
      "a kind that runs on kubernetes, as pool operations does",
      "choose another pool, or add kubernetes to the `runtimes` in kinds/site.ts",
    ],
  ]);
});

test("an image that no digest pins, of the container or of a job", () => {
  const workload: Workload = {
    replicas: 1,
    container: { ...container, image: "nginx:latest" },
    jobs: { migrate: { ...container, image: "nginx" } },
  };
  expect(faults(plan("site", workload))).toEqual(
    ["nginx:latest", "nginx"].map((name) => [
      "workloads.site",
      `the image ${name} without its digest`,
      "an image of the lock, which pins it by digest",
      "write `context.image(name)` for it in kinds/site.ts",
    ]),
  );
});

test("a reference to a secret or a key that nobody declares", () => {
  const database = plan("database", {
    replicas: 1,
    container,
    secrets: { owner: { class: "generated", keys: ["password"] } },
  });
  const env = {
    OWN: { secret: "absent", key: "value" },
    THEIRS: { workload: "database", secret: "owner", key: "user" },
    RIGHT: { workload: "database", secret: "owner", key: "password" },
  };
  expect(faults(database, plan("shop", { replicas: 1, container: { ...container, env } }))).toEqual([
    [
      "workloads.shop",
      "a reference to the secret absent, which workload shop does not declare",
      "a declared secret",
      "correct the reference, or declare the secret, in kinds/shop.ts",
    ],
    [
      "workloads.shop",
      "a reference to key user of the secret owner of workload database",
      "password",
      "correct the key in kinds/shop.ts",
    ],
  ]);
});

test("a port whose callers log in with a secret that there is not", () => {
  expect(
    faults(plan("database", { replicas: 1, container }, { ports: { sql: { ...api, credentials: "owner" } } })),
  ).toEqual([
    [
      "workloads.database",
      "the credentials owner of port sql, which is no secret of it",
      "the name of a declared secret",
      "correct `credentials`, or declare the secret, in kinds/database.ts",
    ],
  ]);
});

test("a run now and then that serves a port, or comes at no time", () => {
  const workload: Workload = { form: "scheduled", schedule: "@daily", deadlineSeconds: 60, retries: 0, container };
  expect(faults(plan("nightly", workload, { ports: { api } })).map(([, got]) => got)).toEqual([
    "a scheduled workload with ports, at which nobody answers between its runs",
    'the schedule "@daily"',
  ]);
});

const got = (workload: Workload, kind: Parameters<typeof plan>[2] = {}) =>
  faults(plan("tool", workload, kind)).map(([, message]) => message);

test("root and directories of the node are for agents of a node only", () => {
  const agent: Workload = { form: "daemon", container: { ...container, user: 0 }, hostPaths: ["/proc"] };
  expect(got(agent)).toEqual(["a container that runs as root", "directories of its node: /proc"]);
  expect(got(agent, { nodeAgent: true })).toEqual([]);
});

test("two containers of a pod, or two runs, with one name", () => {
  const erasure = { job: container };
  expect(got({ replicas: 1, container, sidecars: { main: container }, jobs: { erase: container }, erasure })).toEqual([
    "two containers main in one pod",
    "two runs of the name tool-erase",
  ]);
});

test("a probe of a port that nobody mentions", () => {
  const probe = { periodSeconds: 10, failureThreshold: 3 };
  const probes = { readiness: { ...probe, path: "/", port: 80 }, liveness: { ...probe, tcpPort: 8081 } };
  expect(got({ replicas: 1, container: { ...container, probes } }, { ports: { api } })).toEqual([
    "a probe of port 8081, which is none of its ports and which nothing tells the container",
  ]);
  expect(
    got({ replicas: 1, container: { ...container, probes, args: ["--health=:8081"] } }, { ports: { api } }),
  ).toEqual([]);
});

test("scaling from nothing by processor use, or to fewer than at least", () => {
  expect(got({ replicas: { minimum: 0, maximum: 2, by: { kind: "cpu", share: 0.5 } }, container })).toEqual([
    "a minimum of 0 pods by processor use, which no pod has",
  ]);
  expect(got({ replicas: { minimum: 3, maximum: 2, by: { kind: "cpu", share: 0.5 } }, container })).toEqual([
    "3 pods at least and 2 at most",
  ]);
});

test("an operator that nobody defines, and resources of which none or two bear the name", () => {
  const resource = { apiVersion: "a.example.org/v1", kind: "Thing", spec: {} };
  const operated = { form: "operated", podLabels: {}, replicas: 1, container } as const;
  expect(got({ ...operated, operator: "absent", resources: [resource] })).toEqual([
    "the operator absent, which nobody defines",
  ]);
  expect(got({ ...operated, operator: "cloudnative-pg", resources: [resource, resource] })).toEqual([
    "2 custom resources that bear the workload's name",
  ]);
});

test("a backup without a store, at odd hours, or of files that nobody can mount", () => {
  const volumes = {
    data: { path: "/data", sizeGiB: 1, keep: true, backup: { everyHours: 5, keepDays: 7, restore: container } },
  };
  expect(got({ replicas: 1, container, volumes })).toEqual([
    "a backup of volume data and no need for a store that takes it",
    "a backup of volume data every 5 hours",
    "a way back for volume data from copies of its files, which have one",
  ]);
  const backup = { everyHours: 168, keepDays: 7 };
  const operated = {
    form: "operated",
    operator: "cloudnative-pg",
    resources: [{ apiVersion: "a.example.org/v1", kind: "Thing", spec: {} }],
    podLabels: {},
    replicas: 1,
    container,
    volumes: { data: { ...volumes.data, backup } },
  } as const;
  expect(got(operated, { backups: "optional" })).toEqual([
    "copies of the files of volume data, which only the operator can mount",
  ]);
});

test("consumers with credentials or ports of their own: each has a secret, and no two one number", () => {
  const handle: Handle = {
    workload: "proxy",
    team: "platform",
    namespace: "team-platform",
    port: 20_001,
    protocol: "TCP",
    host: "",
    url: "",
  };
  const ports = { proxy: { ...api, perConsumer: true, credentials: { perConsumer: "client" } } } as const;
  const proxy = plan(
    "proxy",
    { replicas: 1, container, secrets: { "client-shop": { class: "generated", keys: [] } } },
    { ports },
  );
  const consumer = (name: string): PlannedWorkload =>
    plan(name, { replicas: 1, container, needs: [{ ...handle, credentials: `client-${name}` }] });
  expect(faults(proxy, consumer("shop"), consumer("bank"))).toEqual([
    [
      "workloads.proxy",
      "no secret client-bank, with which bank logs in",
      "a secret for each of `context.consumers`",
      "declare it in kinds/proxy.ts",
    ],
    [
      "workloads.proxy",
      "port 20001 for its consumers shop and bank, which must differ",
      "a number for each, which follows from the consumer's name",
      "rename shop or bank; the rule stands in kinds/proxy.ts",
    ],
  ]);
});

test("an override of an object that there is not", () => {
  const workload: Workload = {
    replicas: 1,
    container,
    override: { kubernetes: { statefulSet: (args) => args, service: (args) => args } },
  };
  expect(faults(plan("tool", workload)).map(([, got, expected]) => [got, expected])).toEqual([
    ["an override of statefulSet, which it has none of", "deployment or networkPolicy"],
    ["an override of service, which it has none of", "deployment or networkPolicy"],
  ]);
});

test("a store of personal data without retention, and backups that outlive it", () => {
  const kept = { path: "/data", sizeGiB: 1, keep: true };
  const store = (volume: object): Workload => ({ replicas: 1, container, volumes: { data: { ...kept, ...volume } } });
  const backup = { everyHours: 24, keepDays: 30 };
  expect([...overdueIn([plan("crm", store({})), plan("logs", store({ retentionDays: 7, backup }))])]).toEqual([
    {
      path: ["workloads", "crm"],
      atKey: true,
      got: "personal data on its volume data, and no retention",
      expected: "the age in days at which personal data is deleted",
      fix: "state `retentionDays` on volume data in kinds/crm.ts, or a lower dataClass",
    },
    {
      path: ["workloads", "logs"],
      atKey: true,
      got: "backups of volume data kept for 30 days, its data for 7 days",
      expected: "backups that are not older than what may still be there",
      fix: "lower `backup.keepDays` or raise `retentionDays` in kinds/logs.ts",
    },
  ]);
  const sound = [
    plan("crm", store({ retentionDays: 30, backup })),
    plan("cache", store({ keep: false })),
    plan("wiki", store({}), {}, "confidential"),
  ];
  expect([...overdueIn(sound)]).toEqual([]);
});

test("workloads that need each other", () => {
  const needs = (workload: string) => [
    { workload, team: "platform", namespace: "team-platform", port: 80, protocol: "TCP" as const, host: "", url: "" },
  ];
  const circle = [
    plan("shop", { replicas: 1, container }, {}, "internal", needs("bank")),
    plan("bank", { replicas: 1, container }, {}, "internal", needs("shop")),
  ];
  expect([...cyclesIn(circle)]).toEqual([
    {
      path: ["workloads", "bank"],
      atKey: true,
      got: "a circle of needs: bank -> shop -> bank",
      expected: "needs that come to an end",
      fix: "take a need out of kinds/bank.ts or kinds/shop.ts, or choose another workload for it",
    },
  ]);
});

test("two public ports on one host name", () => {
  const facts = trialFacts(({ workloads }) => {
    Object.assign(workloads["ollama"] ?? {}, { hostnames: { web: "app.example.org", docs: "docs.example.org" } });
    Object.assign(workloads["litellm"] ?? {}, { hostnames: { api: "app.example.org" } });
  });
  expect([...hostnames(facts)]).toEqual([
    {
      path: ["workloads", "litellm", "hostnames", "api"],
      got: "app.example.org, which leads to port web of workload ollama",
      expected: "a host name of its own",
      fix: "choose another for one of the two; their ports stand in components/workloads/ollama.ts and components/workloads/litellm.ts",
    },
  ]);
});

test("a public name of what Docker Compose runs", () => {
  const facts = trialFacts(({ workloads, pools }) => {
    Object.assign(workloads["litellm"] ?? {}, { hostnames: { api: "api.example.org" } });
    Object.assign(pools["inference"] ?? {}, { cluster: "none" });
  });
  expect([...hostnamesInCluster(facts)]).toEqual([
    {
      path: ["workloads", "litellm", "hostnames", "api"],
      got: "api.example.org, of a workload that runs on Docker Compose",
      expected: "public names of workloads in k3s only",
      fix: "take the name out, as devices of the mesh reach the workload without it, or run it on a pool in k3s",
    },
  ]);
});
