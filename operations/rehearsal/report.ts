import { z } from "zod";

const count = z.int().nonnegative();

const resources = z.strictObject({
  cpu: z.number().nonnegative().meta({ description: "Cores." }),
  memoryMiB: z.number().nonnegative(),
  gpus: count,
  pods: count,
});

const object = z.strictObject({
  urn: z.string(),
  kind: z.string(),
  namespace: z.string().meta({ description: "Empty for what belongs to no namespace." }),
  name: z.string(),
  state: z.enum(["accepted", "refused", "not-tried"]).meta({
    description: "By the real API server. `not-tried`: the engine stopped before it, for what `reason` says.",
  }),
  reason: z.string().meta({
    description:
      "Of a refused object, the API server's own words. Of an accepted one, why it can not be used; else empty.",
  }),
  definition: z
    .strictObject({
      file: z.string().meta({ description: "Where the object is written down, from the project's folder." }),
      field: z.string().meta({ description: "What the API server objected to; empty where it named no field." }),
    })
    .nullable()
    .meta({ description: "Of a refused object, where it can be told." }),
});

const pod = z.strictObject({
  namespace: z.string(),
  name: z.string().meta({ description: "Of a pod that was never made, its controller's." }),
  workload: z.string().meta({ description: "Empty for pods of operators." }),
  pool: z.string().meta({ description: "Where it must run; empty where any pool will do." }),
  node: z.string().nullable(),
  phase: z
    .enum(["Pending", "Running", "Succeeded", "Failed", "NotCreated"])
    .meta({ description: "Kubernetes' own phases, and `NotCreated` for a pod that its controller could not make." }),
  reason: z
    .string()
    .meta({ description: "In the scheduler's, admission's or node's own words; empty where all is well." }),
});

const node = z.strictObject({
  name: z.string(),
  pool: z.string(),
  zone: z.string(),
  capacity: resources.meta({ description: "The machine as its vendor names it." }),
  allocatable: resources.meta({ description: "What system, mesh, k3s and Vault leave of it." }),
  requested: resources.meta({ description: "By the pods on it that have not ended." }),
  memoryLimitMiB: z
    .number()
    .nonnegative()
    .optional()
    .meta({
      description:
        "Of Docker Compose, what its containers may take together. Where that is more than `allocatable`, the kernel ends " +
        "one of them on the day on which all take what they may.",
    }),
});

const quota = z.strictObject({
  namespace: z.string().meta({ description: "Empty for what is reserved for a queue." }),
  queue: z.string().meta({ description: "The team's cluster queue; empty for the quota of a namespace." }),
  pool: z.string().meta({ description: "Of a queue, the pool whose room it is; else empty." }),
  resource: z.string().meta({ description: "As the quota names it, such as `requests.memory`." }),
  hard: z.string().meta({ description: "Of a queue, what is reserved: it may borrow beyond it." }),
  used: z.string(),
});

const flows = z.strictObject({
  declared: count,
  policies: count,
  differences: z
    .array(
      z.strictObject({
        kind: z.enum(["blocked", "open", "loose"]),
        from: z.array(z.string()),
        to: z.array(z.string()),
        ports: z.string(),
        reason: z.string(),
      }),
    )
    .meta({ description: "Where the network policies let through more or less than is declared." }),
});

const euros = z
  .string()
  .regex(/^[+-]\d+\.\d{2}$/)
  .nullable();

const advice = z.strictObject({
  for: z.enum(["pool", "team"]),
  name: z.string(),
  shortage: z.string(),
  change: z.string().meta({ description: "The cheapest that fits; empty where none was found." }),
  expectedEurosPerMonth: euros.meta({ description: "More or less than now; null where no price is known." }),
  worstEurosPerMonth: euros,
});

/** What a rehearsal has found; `rehearse --json` writes this and nothing else. */
export const rehearsalReport = z
  .strictObject({
    environment: z.string(),
    verdict: z.enum(["fits", "flows-differ", "does-not-fit", "refused", "undecided"]).meta({
      description:
        "`fits`: every object accepted, every pod on a node, the network as declared (exit code 0). `flows-differ`: " +
        "only the network policies are wrong. `does-not-fit`: a pod has no node or no room in its quota, or an object " +
        "can not be used. `refused`: " +
        "an object or another resource was refused (1 each). `undecided`: the rehearsal did not come to an end (2).",
    }),
    resources: count.meta({ description: "Every resource of the plan that a cloud or a cluster has to make." }),
    objects: z.array(object).meta({ description: "Every Kubernetes resource of the plan." }),
    problems: z
      .array(z.strictObject({ urn: z.string(), message: z.string() }))
      .meta({ description: "What the engine or a simulated cloud said against anything else." }),
    pods: z.array(pod).meta({ description: "Without a cluster, the workloads on Docker Compose." }),
    nodes: z.array(node),
    quotas: z.array(quota),
    flows: flows.nullable().meta({ description: "Null where it was not asked, since the run had failed." }),
    advice: z.array(advice),
    durationMs: count,
  })
  .meta({
    title: "splitfleet rehearsal",
    description: "What `npm run -s rehearse -- [environment] --json` writes to standard output.",
  });

export type RehearsalReport = z.infer<typeof rehearsalReport>;
export type ObjectReport = z.infer<typeof object>;
export type PodReport = z.infer<typeof pod>;
export type NodeReport = z.infer<typeof node>;
export type NodeResources = z.infer<typeof resources>;
export type QuotaReport = z.infer<typeof quota>;
export type FlowsReport = z.infer<typeof flows>;
export type Advice = z.infer<typeof advice>;
