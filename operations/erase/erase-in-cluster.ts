import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import type { ApiServer } from "../../sandbox/twin/kinds/kubernetes/api-server.ts";
import type { Properties } from "../../sandbox/twin/protocol/values.ts";

const SUBJECT = "SUBJECT";
const POLL_MS = 500;
/** Kubernetes removes the Job, and with it the Secret that it owns, even if nobody is left to. */
const REMAINS_SECONDS = 3600;

const named = z.object({ name: z.string(), namespace: z.string(), labels: z.record(z.string(), z.string()) });
const cronJob = z.object({
  metadata: named,
  spec: z.object({
    jobTemplate: z.object({
      spec: z.looseObject({
        template: z.looseObject({
          spec: z.looseObject({
            containers: z.array(z.looseObject({ env: z.array(z.looseObject({ name: z.string() })).default([]) })),
          }),
        }),
      }),
    }),
  }),
});
const job = z.object({
  metadata: z.object({ uid: z.string() }),
  status: z
    .object({
      conditions: z
        .array(z.object({ type: z.string(), status: z.string(), message: z.string().default("") }))
        .nullish(),
    })
    .prefault({}),
});

/** What is asked of the API server. */
export type Cluster = Pick<ApiServer, "apply" | "delete" | "get" | "list">;

export interface ClusterOptions {
  /** Longest wait for one run. */
  readonly deadlineSeconds: number;
  readonly signal: AbortSignal;
}

/**
 * Runs what erases one person in one store, from the suspended CronJob of that name, and waits for its end. The person's
 * id is in a Secret that the Job owns, and goes with it: in no manifest of a pod and in no argument.
 *
 * @returns undefined once it has ended well, else what went wrong
 * @throws Refusal if the API server refuses an object
 */
export async function eraseInCluster(
  api: Cluster,
  run: string,
  subject: string,
  { deadlineSeconds, signal }: ClusterOptions,
): Promise<string | undefined> {
  const found = await api.list({
    apiVersion: "batch/v1",
    kind: "CronJob",
    selectors: { fieldSelector: `metadata.name=${run}` },
  });
  const [only, other] = found;
  if (only === undefined || other !== undefined) {
    return `the cluster has ${found.length} CronJobs ${run}, expected one; bring the environment up first`;
  }
  const { metadata, spec } = cronJob.parse(only);
  const reference = {
    apiVersion: "batch/v1",
    kind: "Job",
    namespace: metadata.namespace,
    name: `${run}-${randomBytes(4).toString("hex")}`,
  };
  const { apiVersion, kind, ...own } = reference;
  const manifest: Properties = {
    apiVersion,
    kind,
    metadata: { ...own, labels: metadata.labels },
    spec: withSubject(spec.jobTemplate.spec, own.name, deadlineSeconds),
  };
  const { uid } = job.parse(await api.apply(manifest)).metadata;
  try {
    await api.apply({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { ...own, ownerReferences: [{ apiVersion, kind, name: own.name, uid }] },
      immutable: true,
      data: { subject: Buffer.from(subject).toString("base64") },
    });
    return await ended(() => api.get(reference), signal);
  } finally {
    await api.delete(reference, "Foreground");
  }
}

type JobSpec = z.output<typeof cronJob>["spec"]["jobTemplate"]["spec"];

function withSubject(spec: JobSpec, secret: string, deadlineSeconds: number): Properties {
  const variable = { name: SUBJECT, valueFrom: { secretKeyRef: { name: secret, key: "subject" } } };
  const { template } = spec;
  const containers = template.spec.containers.map(({ env, ...container }) => ({
    ...container,
    env: [...env.filter(({ name }) => name !== SUBJECT), variable],
  }));
  return structuredClone({
    ...spec,
    activeDeadlineSeconds: deadlineSeconds,
    ttlSecondsAfterFinished: REMAINS_SECONDS,
    template: { ...template, spec: { ...template.spec, containers } },
  }) as Properties;
}

async function ended(look: () => Promise<Properties | undefined>, signal: AbortSignal): Promise<string | undefined> {
  for (;;) {
    const now = await look();
    if (now === undefined) return "its Job was deleted before it had ended";
    const conditions = job.parse(now).status.conditions ?? [];
    const holds = (type: string) =>
      conditions.find((condition) => condition.type === type && condition.status === "True");
    if (holds("Complete") !== undefined) return undefined;
    const failure = holds("Failed");
    if (failure !== undefined) return `its Job failed: ${failure.message}`;
    await sleep(POLL_MS, undefined, { signal });
  }
}
