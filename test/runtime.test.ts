import type * as kubernetes from "@pulumi/kubernetes";
import { expect, test } from "vitest";
import type { Workload } from "../components/workloads/contract.ts";
import type { Row } from "../policies/row.ts";
import { rowOf } from "./harness.ts";
import { container, labels, metadata, rowsOf, selector, template } from "./worker.ts";

const namesOf = (rows: readonly Row[]): string[] => rows.map(({ name, type }) => `${name}: ${type}`).sort();

test("a workload without ports has no service, and several replicas have a disruption budget", async () => {
  expect(namesOf(await rowsOf({ replicas: 2, container }))).toEqual([
    "worker-account: kubernetes:core/v1:ServiceAccount",
    "worker-deployment: kubernetes:apps/v1:Deployment",
    "worker-disruption: kubernetes:policy/v1:PodDisruptionBudget",
    "worker-flows: kubernetes:networking.k8s.io/v1:NetworkPolicy",
  ]);
});

test("a daemon is a pod on every node of the pool", async () => {
  const rows = await rowsOf({ form: "daemon", container });
  expect(namesOf(rows)).toEqual([
    "worker-account: kubernetes:core/v1:ServiceAccount",
    "worker-daemon-set: kubernetes:apps/v1:DaemonSet",
    "worker-flows: kubernetes:networking.k8s.io/v1:NetworkPolicy",
  ]);
  expect(rowOf(rows, "kubernetes:apps/v1:DaemonSet", "worker-daemon-set").inputs).toEqual({
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata,
    spec: { selector, template: template() },
  });
});

test("a scheduled workload runs in UTC, one run at a time, and looks back an hour", async () => {
  const rows = await rowsOf({ form: "scheduled", schedule: "30 2 * * *", deadlineSeconds: 900, retries: 2, container });
  expect(rowOf(rows, "kubernetes:batch/v1:CronJob", "worker-cron-job").inputs).toEqual({
    apiVersion: "batch/v1",
    kind: "CronJob",
    metadata,
    spec: {
      schedule: "30 2 * * *",
      timeZone: "Etc/UTC",
      concurrencyPolicy: "Forbid",
      startingDeadlineSeconds: 3600,
      jobTemplate: {
        metadata: { labels },
        spec: {
          activeDeadlineSeconds: 900,
          backoffLimit: 2,
          podFailurePolicy,
          template: template({ restartPolicy: "Never" }),
        },
      },
    },
  });
});

/** What a disruption ends is no failure. */
const podFailurePolicy = {
  rules: [{ action: "Ignore", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] }],
};

test("a batch workload is a job for whose end nobody waits", async () => {
  const rows = await rowsOf({ form: "batch", deadlineSeconds: 36_000, retries: 0, container });
  expect(rowOf(rows, "kubernetes:batch/v1:Job", "worker-job").inputs).toEqual({
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { ...metadata, annotations: { "pulumi.com/skipAwait": "true" } },
    spec: {
      activeDeadlineSeconds: 36_000,
      backoffLimit: 0,
      podFailurePolicy,
      template: template({ restartPolicy: "Never" }),
    },
  });
});

test("runs on a pool with queues start suspended and name their queue, workloads that stay do not", async () => {
  const queue = (form: string) => ({ "kueue.x-k8s.io/queue-name": "runs", "kueue.x-k8s.io/priority-class": form });
  const run = { deadlineSeconds: 900, retries: 2, container };
  const job = rowOf(await rowsOf({ form: "batch", ...run }, { queued: true }), "kubernetes:batch/v1:Job", "worker-job");
  expect(job.inputs).toMatchObject({
    metadata: { labels: { ...labels, ...queue("batch") } },
    spec: { suspend: true, template: { metadata: { labels } } },
  });
  const scheduled = await rowsOf({ form: "scheduled", schedule: "30 2 * * *", ...run }, { queued: true });
  expect(rowOf(scheduled, "kubernetes:batch/v1:CronJob", "worker-cron-job").inputs).toMatchObject({
    metadata: { labels },
    spec: { jobTemplate: { metadata: { labels: { ...labels, ...queue("scheduled") } }, spec: { suspend: true } } },
  });
  const service = await rowsOf({ replicas: 1, container }, { queued: true });
  expect(rowOf(service, "kubernetes:apps/v1:Deployment", "worker-deployment").inputs["metadata"]).toEqual(metadata);
});

test("a pod drains before it is asked to stop, within the grace that it has", async () => {
  const rows = await rowsOf({
    replicas: 1,
    container: { ...container, lifecycle: { graceSeconds: 120, drainSeconds: 15 } },
  });
  expect(rowOf(rows, "kubernetes:apps/v1:Deployment", "worker-deployment").inputs["spec"]).toEqual({
    replicas: 1,
    selector,
    template: template({ terminationGracePeriodSeconds: 120 }, { lifecycle: { preStop: { sleep: { seconds: 15 } } } }),
  });
});

test("retention and backup of volumes stand on the controller, whose claims no change of them touches", async () => {
  const data = { path: "/data", sizeGiB: 5, keep: true, retentionDays: 30, backup: { everyHours: 24, keepDays: 14 } };
  const { inputs } = rowOf(
    await rowsOf({ replicas: 1, container, volumes: { data } }),
    "kubernetes:apps/v1:StatefulSet",
    "worker-stateful-set",
  );
  expect(inputs["metadata"]).toEqual({
    ...metadata,
    annotations: {
      "splitfleet/data-retention-days": "30",
      "splitfleet/erasure": "unstated",
      "splitfleet/data-backup-hours": "24",
      "splitfleet/data-backup-keep-days": "14",
    },
  });
  expect(inputs["spec"]).toMatchObject({
    persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
    volumeClaimTemplates: [
      { metadata: { name: "data", labels }, spec: { resources: { requests: { storage: "5Gi" } } } },
    ],
  });
});

test("the host name of a public port stands on the service", async () => {
  const rows = await rowsOf(
    { replicas: 1, container },
    { ports: { web: { port: 8080, audience: "public" } }, hostnames: { web: "app.example.org" } },
  );
  expect(rowOf(rows, "kubernetes:core/v1:Service", "worker-service").inputs["metadata"]).toEqual({
    ...metadata,
    annotations: { "pulumi.com/skipAwait": "true", "splitfleet/web-hostname": "app.example.org" },
  });
});

test("credentials of another workload are synced into a secret of one's own, under the other's path", async () => {
  const env = { PASSWORD: { workload: "database", secret: "owner", key: "password" } };
  const rows = await rowsOf({ replicas: 1, container: { ...container, env } });
  const { inputs } = rowOf(rows, "kubernetes:secrets.hashicorp.com/v1beta1:VaultStaticSecret", "worker-database-owner");
  expect(inputs["spec"]).toEqual({
    vaultAuthRef: "worker",
    type: "kv-v2",
    mount: "kv",
    path: "test/database/owner",
    refreshAfter: "60s",
    hmacSecretData: true,
    destination: { name: "worker-database-owner", create: true },
    rolloutRestartTargets: [{ kind: "Deployment", name: "worker" }],
  });
  expect(rowOf(rows, "kubernetes:apps/v1:Deployment", "worker-deployment").inputs["spec"]).toMatchObject({
    template: {
      spec: {
        containers: [
          {
            env: [
              { name: "PASSWORD", valueFrom: { secretKeyRef: { name: "worker-database-owner", key: "password" } } },
            ],
          },
        ],
      },
    },
  });
});

test("a job has the files and the secrets of its workload", async () => {
  const env = { KEY: { secret: "key", key: "value" } };
  const workload: Workload = {
    replicas: 1,
    container,
    files: { "/etc/worker.yaml": "a: 1\n" },
    secrets: { key: { class: "generated", keys: ["value"] } },
    jobs: { migrate: { ...container, env } },
  };
  const { inputs } = rowOf(await rowsOf(workload), "kubernetes:batch/v1:Job", "worker-migrate");
  expect(inputs["spec"]).toMatchObject({
    template: {
      spec: {
        containers: [
          {
            env: [{ name: "KEY", valueFrom: { secretKeyRef: { name: "worker-key", key: "value" } } }],
            volumeMounts: [
              { name: "config", mountPath: "/etc/worker.yaml", subPath: "etc_worker.yaml", readOnly: true },
            ],
          },
        ],
        volumes: [{ name: "config", configMap: { name: "worker-config" } }],
      },
    },
  });
});

test("an override comes last, and is held to what the object may have", async () => {
  const paused = await rowsOf({
    replicas: 1,
    container,
    override: {
      kubernetes: {
        deployment: (args) => ({ ...args, metadata: { ...args.metadata, annotations: { reviewed: "yes" } } }),
      },
    },
  });
  expect(rowOf(paused, "kubernetes:apps/v1:Deployment", "worker-deployment").inputs["metadata"]).toEqual({
    ...metadata,
    annotations: { reviewed: "yes" },
  });
  const misspelt = (args: kubernetes.networking.v1.NetworkPolicyArgs) => ({ ...args, specs: {} });
  await expect(
    rowsOf({ replicas: 1, container, override: { kubernetes: { networkPolicy: misspelt } } }),
  ).rejects.toThrow("kubernetes:networking.k8s.io/v1:NetworkPolicy");
});
