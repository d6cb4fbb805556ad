import { z } from "zod";
import { hours } from "./identity.ts";
import { cidr, dataClass, day, email, euros, gibibytes, nodeId, pattern, share, slug } from "./values.ts";

export const taint = z.strictObject({
  key: pattern(/^[a-z0-9./-]+$/, "a Kubernetes taint key such as splitfleet/burst"),
  value: z.string().default("true"),
  effect: z.enum(["NoSchedule", "PreferNoSchedule", "NoExecute"]).default("NoSchedule"),
});

const common = {
  site: slug.meta({ description: "A key of `sites`." }),
  team: slug.default("platform").meta({ description: "The team that pays for nodes no workload claims." }),
  dataClass: dataClass.meta({ description: "The most sensitive class that the pool's disks and memory may hold." }),
  taints: z.array(taint).default([]),
};

const ENDPOINT = "an https address such as https://api.runpod.example";

const hetzner = z.strictObject({
  kind: z.literal("hetzner"),
  ...common,
  subnet: cidr.meta({
    description: "The pool's part of the site's range; node 1 has its eleventh address, and so on.",
  }),
  nodes: z
    .array(z.int().min(1).max(200))
    .min(1)
    .meta({ description: "Numbers of the nodes, each once. Adding or removing one leaves the others alone." }),
  serverTypes: z
    .array(pattern(/^c[a-z]{1,2}\d\d$/, "a Hetzner server type such as cpx42"))
    .min(1)
    .meta({ description: "In order of preference; `resolve` writes the first orderable one to the lock." }),
  role: z
    .enum(["operations", "inference"])
    .meta({ description: "Operations services and inference never share a node." }),
  cluster: z
    .enum(["server", "agent", "none"])
    .default("agent")
    .meta({ description: "The node's part in k3s; with `none`, its one node runs Docker Compose." }),
  vault: z
    .boolean()
    .default(false)
    .meta({ description: "Vault runs here as a system service. Exactly one pool carries it." }),
  coolify: z.boolean().default(false).meta({
    description: "Coolify runs here, with the node and ports 80 and 443 to itself; needs `cluster: none`.",
  }),
  backups: z.boolean().default(false).meta({ description: "Hetzner's daily backups, 20 % of the server's price." }),
  protect: z.boolean().default(false).meta({ description: "Refuse deletion, for pools that keep state." }),
});

const driver = pattern(/^\d{3}(\.\d+){1,2}$/, "a version of NVIDIA's driver such as 580.65.06")
  .optional()
  .meta({ description: "Oldest driver that its workloads run on, where they need a newer one than the GPU." });

const gpu = z.strictObject({
  model: z.string().meta({ description: "As the device plugin names it, such as NVIDIA-RTX-4090." }),
  count: z.int().min(1),
  memoryGiB: gibibytes.meta({
    description: "Of one GPU; with `sharing: unified` the part of the machine's memory that is the GPU's.",
  }),
  minimumDriver: driver,
  sharing: z
    .enum(["whole", "time-slicing", "mig", "unified"])
    .default("whole")
    .meta({
      description:
        "How pods share a GPU: not at all, by time, by instances with memory of their own, or not at all and with the " +
        "machine's memory as its own.",
    }),
  replicas: z
    .int()
    .min(2)
    .max(48)
    .optional()
    .meta({ description: "With `time-slicing`: pods that share one GPU, whose memory nothing divides among them." }),
  instances: z
    .record(pattern(/^\dg\.\d+gb$/, "a MIG profile such as 1g.10gb"), z.int().min(1).max(7))
    .optional()
    .meta({ description: "With `mig`: instances of each profile on each GPU." }),
});

const economics = z.strictObject({
  capexEuros: euros.meta({ description: "Purchase price of one node." }),
  resaleEuros: euros.default(0),
  lifetimeMonths: z.int().min(1).max(120),
  watts: z.number().positive().meta({ description: "Mean draw of one node." }),
  pue: z.number().min(1).default(1).meta({ description: "Power usage effectiveness of the room." }),
  eurosPerKwh: euros,
  spaceEurosPerMonth: euros.default(0),
  labourHoursPerMonth: z.number().nonnegative(),
  labourEurosPerHour: euros,
});

const maintenance = z.strictObject({
  day: z.enum(["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]),
  startHour: z.int().min(0).max(23).meta({ description: "In UTC." }),
  hours: z.int().min(1).max(24),
});

const onprem = z.strictObject({
  kind: z.literal("onprem"),
  ...common,
  nodes: z.record(
    nodeId,
    z.strictObject({
      state: z
        .enum(["declared", "enrolled", "lost"])
        .meta({ description: "`enroll` and `replace` move it; never a reason for `up` to fail." }),
    }),
  ),
  spares: z.int().min(0).default(0).meta({ description: "Machines of the same kind on the shelf: paid for and off." }),
  leadTimeDays: z.int().min(0).optional().meta({
    description: "From the order of another machine until it works; what the loss of one means without a spare.",
  }),
  maintenance: maintenance
    .optional()
    .meta({ description: "Weekly window in which the nodes may be drained, upgraded and restarted." }),
  hardware: z.strictObject({
    architecture: z.enum(["amd64", "arm64"]).default("amd64"),
    vcpu: z.int().min(1),
    memoryGiB: gibibytes,
    diskGiB: gibibytes,
    gpu: gpu.optional(),
  }),
  economics,
});

const capacityBlock = z.strictObject({
  offering: pattern(/^cb-[0-9a-f]{17}$/, "an offer such as cb-0123456789abcdef0").meta({
    description: "Of `aws ec2 describe-capacity-block-offerings`; good for minutes, and bought once.",
  }),
  hours: z
    .int()
    .min(24)
    .max(182 * 24),
  upfrontUsd: z.number().positive().meta({ description: "What AWS asks for all of it, net of tax." }),
  approval: z
    .strictObject({
      by: email.meta({ description: "Who has agreed." }),
      until: day.meta({ description: "The last day on which that holds, the block's own last day at best." }),
      upfrontUsd: z.number().positive().meta({ description: "What may be paid at most." }),
      reason: z.string().min(1),
    })
    .meta({ description: "Of whoever pays: it is charged at once, can not be cancelled, and survives `down`." }),
});

const aws = z.strictObject({
  kind: z.literal("aws"),
  ...common,
  instanceTypes: z
    .array(pattern(/^[a-z0-9-]+\.[a-z0-9]+$/, "an EC2 instance type such as p5.48xlarge"))
    .min(1)
    .meta({ description: "Types of one shape, in order of preference; the lock keeps those that the region sells." }),
  zones: z
    .array(pattern(/^[a-f]$/, "a zone letter such as a"))
    .min(1)
    .meta({ description: "Zone letters of the site's region." }),
  minimum: z.int().min(0).default(0),
  maximum: z.int().min(1).max(64),
  maximumPriceShare: share
    .default(1)
    .meta({ description: "Highest accepted spot price as a share of the on-demand price." }),
  rootDiskGiB: gibibytes.default(200),
  minimumDriver: driver,
  hours: hours.optional().meta({
    description: "When nodes may be there; outside of them AWS itself holds the group at zero. Without it, always.",
  }),
  capacityBlock: capacityBlock.optional().meta({
    description: "Instances bought for a time in place of spot: `maximum` of the one type, in the one zone.",
  }),
  expires: day.optional().meta({
    description: "The last day on which the pool is wanted; at its end AWS itself sets the group to zero for good.",
  }),
});

const external = z.strictObject({
  kind: z.literal("external"),
  site: common.site,
  team: common.team,
  dataClass: dataClass.meta({ description: "The most sensitive prompt that may be sent there." }),
  provider: z.enum(["runpod", "coreweave", "lambda"]).meta({ description: "A key of `privacy.processors`." }),
  offer: z.string().min(1).meta({ description: "The provider's GPU, as the price catalogue names it." }),
  gpus: z.int().min(1).default(1),
  endpoint: z
    .url({ protocol: /^https$/, error: ENDPOINT })
    .meta({ errorMessage: ENDPOINT, description: "Where the rented server answers, without the path." }),
});

export const pool = z.discriminatedUnion("kind", [hetzner, onprem, aws, external]);
export type Pool = z.infer<typeof pool>;
export type PoolOf<Kind extends Pool["kind"]> = Extract<Pool, { kind: Kind }>;

/** Nodes of one shape on one site. */
export const pools = z.record(slug, pool);

/** Taints of a pool's nodes; none where somebody else runs them. */
export const taintsOf = (pool: Pool): z.infer<typeof taint>[] => (pool.kind === "external" ? [] : pool.taints);

/** Whether a pool's nodes are nodes of the cluster. */
export const inCluster = (pool: Pool): boolean =>
  pool.kind === "hetzner" ? pool.cluster !== "none" : pool.kind !== "external";

/** Nodes of a pool that work today: of owned machines those that are enrolled. */
export const workingSizeOf = (pool: Pool): number =>
  pool.kind === "onprem" ? Object.values(pool.nodes).filter(({ state }) => state === "enrolled").length : sizeOf(pool);

/** Nodes of a pool, at most: those that are declared or lost count as those that work. */
export function sizeOf(pool: Pool): number {
  switch (pool.kind) {
    case "hetzner":
      return pool.nodes.length;
    case "onprem":
      return Object.keys(pool.nodes).length;
    case "aws":
      return pool.maximum;
    case "external":
      return 0;
  }
}
