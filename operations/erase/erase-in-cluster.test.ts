import { expect, test } from "vitest";
import type { Properties } from "../../sandbox/twin/protocol/values.ts";
import { type Cluster, eraseInCluster } from "./erase-in-cluster.ts";

const CRON_JOB = {
  metadata: { name: "store-erase", namespace: "team-a", labels: { "splitfleet/workload": "store" } },
  spec: {
    jobTemplate: {
      spec: {
        backoffLimit: 6,
        template: {
          spec: {
            containers: [
              {
                name: "main",
                env: [
                  { name: "SUBJECT", value: "" },
                  { name: "HOST", value: "h" },
                ],
              },
            ],
          },
        },
      },
    },
  },
};

/** An API server that has the CronJobs given and ends each Job with the condition given. */
class FakeCluster implements Cluster {
  readonly applied: Properties[] = [];
  readonly deleted: string[] = [];
  readonly #cronJobs: Properties[];
  readonly #condition: Properties;

  constructor(cronJobs: Properties[], condition: Properties) {
    this.#cronJobs = cronJobs;
    this.#condition = condition;
  }

  apply(manifest: Properties): Promise<Properties> {
    this.applied.push(manifest);
    return Promise.resolve({ ...manifest, metadata: { uid: "uid-1" } });
  }

  list(): Promise<Properties[]> {
    return Promise.resolve(this.#cronJobs);
  }

  get(): Promise<Properties> {
    return Promise.resolve({ metadata: { uid: "uid-1" }, status: { conditions: [this.#condition] } });
  }

  delete({ kind }: { readonly kind: string }): Promise<boolean> {
    this.deleted.push(kind);
    return Promise.resolve(true);
  }
}

const options = { deadlineSeconds: 60, signal: new AbortController().signal };
const COMPLETE = { type: "Complete", status: "True" };

test("the id is in a Secret that goes with its Job, and in no manifest of a pod", async () => {
  const cluster = new FakeCluster([CRON_JOB], COMPLETE);
  expect(await eraseInCluster(cluster, "store-erase", "person-7", options)).toBeUndefined();
  const [job, secret] = cluster.applied;
  expect(job).toMatchObject({
    kind: "Job",
    metadata: { namespace: "team-a", name: expect.stringMatching(/^store-erase-[0-9a-f]{8}$/) },
    spec: {
      activeDeadlineSeconds: 60,
      ttlSecondsAfterFinished: 3600,
      template: {
        spec: {
          containers: [
            {
              env: [
                { name: "HOST", value: "h" },
                { name: "SUBJECT", valueFrom: { secretKeyRef: { key: "subject" } } },
              ],
            },
          ],
        },
      },
    },
  });
  expect(secret).toMatchObject({
    kind: "Secret",
    metadata: { ownerReferences: [{ kind: "Job", uid: "uid-1" }] },
    data: { subject: Buffer.from("person-7").toString("base64") },
  });
  expect(JSON.stringify(job)).not.toContain("person-7");
  expect(cluster.deleted).toEqual(["Job"]);
});

test("a run that fails says why, and leaves nothing", async () => {
  const cluster = new FakeCluster([CRON_JOB], { type: "Failed", status: "True", message: "no space" });
  expect(await eraseInCluster(cluster, "store-erase", "person-7", options)).toBe("its Job failed: no space");
  expect(cluster.deleted).toEqual(["Job"]);
});

test("a store whose run is not there is not erased", async () => {
  const cluster = new FakeCluster([], COMPLETE);
  expect(await eraseInCluster(cluster, "store-erase", "person-7", options)).toBe(
    "the cluster has 0 CronJobs store-erase, expected one; bring the environment up first",
  );
  expect(cluster.applied).toEqual([]);
});
