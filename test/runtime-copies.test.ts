import { expect, test } from "vitest";
import { rowOf } from "./harness.ts";
import { container, labels, rowsOf, specOf, template } from "./worker.ts";

const store = {
  workload: "store",
  team: "assistants",
  namespace: "team-assistants",
  port: 8333,
  protocol: "TCP" as const,
  host: "store.team-assistants.svc.cluster.local",
  url: "http://store.team-assistants.svc.cluster.local:8333",
  credentials: "client-worker",
};

test("a copy of a volume runs beside the pod that has it; the way back and the erasure wait to be asked for", async () => {
  const save = { ...container, env: { BACKUP_REPOSITORY: "s3:http://store:8333/backups/worker/data" } };
  const data = {
    path: "/data",
    sizeGiB: 5,
    keep: true,
    backup: { everyHours: 6, keepDays: 14, save, restore: save, mounts: true as const },
  };
  const erasure = { job: { ...container, env: { SUBJECT: "" } } };
  const rows = await rowsOf({ replicas: 1, container, volumes: { data }, erasure }, { store });
  const cronJob = (name: string) => {
    const { metadata: own, spec } = rowOf(rows, "kubernetes:batch/v1:CronJob", name).inputs;
    return { own, spec };
  };
  const run = (name: string) => ({ ...labels, "app.kubernetes.io/name": name });
  const pod = (name: string, claims: object, mounts: object[]) => ({
    metadata: { labels: run(name) },
    spec: {
      backoffLimit: 6,
      template: {
        ...template(
          { restartPolicy: "OnFailure", ...claims },
          { env: [{ name: "BACKUP_REPOSITORY", value: save.env.BACKUP_REPOSITORY }], volumeMounts: mounts },
        ),
        metadata: { labels: run(name) },
      },
    },
  });
  const claim = (readOnly: boolean) => ({
    volumes: [{ name: "data", persistentVolumeClaim: { claimName: "data-worker-0", readOnly } }],
  });
  expect(cronJob("worker-data-backup").spec).toEqual({
    schedule: "29 */6 * * *",
    timeZone: "Etc/UTC",
    suspend: false,
    concurrencyPolicy: "Forbid",
    startingDeadlineSeconds: 3600,
    jobTemplate: pod(
      "worker-data-backup",
      {
        ...claim(true),
        affinity: {
          podAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: [
              {
                topologyKey: "kubernetes.io/hostname",
                labelSelector: { matchLabels: { "statefulset.kubernetes.io/pod-name": "worker-0" } },
              },
            ],
          },
        },
      },
      [{ name: "data", mountPath: "/data", readOnly: true }],
    ),
  });
  expect(cronJob("worker-data-restore").spec).toMatchObject({
    schedule: "0 0 1 1 *",
    suspend: true,
    jobTemplate: pod("worker-data-restore", claim(false), [{ name: "data", mountPath: "/data" }]),
  });
  expect(cronJob("worker-erase")).toMatchObject({
    own: { name: "worker-erase", namespace: "team-assistants" },
    spec: {
      suspend: true,
      jobTemplate: { spec: { template: { spec: { containers: [{ env: [{ name: "SUBJECT", value: "" }] }] } } } },
    },
  });
  const flows = (name: string) => specOf(rowOf(rows, "kubernetes:networking.k8s.io/v1:NetworkPolicy", `${name}-flows`));
  expect(flows("worker-data-backup")).toMatchObject({ egress: [{ ports: [{ port: 8333, protocol: "TCP" }] }] });
  expect(flows("worker-erase")).toMatchObject({ egress: [] });
});
