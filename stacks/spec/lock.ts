import { z } from "zod";
import { day, gibibytes, pattern, slug } from "./values.ts";

const shape = { vcpu: z.int().min(1), memoryGiB: gibibytes };
const sha256 = pattern(/^[0-9a-f]{64}$/, "a SHA-256 in hexadecimal");
const digest = pattern(/^[a-z0-9._/-]+(:[\w.-]+)?@sha256:[0-9a-f]{64}$/, "an image reference with its digest");

const hetznerPool = z.strictObject({
  kind: z.literal("hetzner"),
  serverType: z.string(),
  architecture: z.enum(["amd64", "arm64"]),
  ...shape,
  diskGiB: gibibytes,
  image: z.string().meta({ description: "Hetzner image name or id." }),
});

const awsPool = z.strictObject({
  kind: z.literal("aws"),
  instanceTypes: z
    .array(
      z.strictObject({
        type: z.string(),
        ...shape,
        gpus: z.int().min(0),
        gpuModel: z.string(),
        gpuMemoryGiB: gibibytes,
        onDemandUsdPerHour: z
          .number()
          .positive()
          .meta({ description: "List price that `maximumPriceShare` is a share of." }),
      }),
    )
    .min(1),
  zones: z.array(z.string()).min(1),
  image: z.strictObject({
    id: pattern(/^ami-[0-9a-f]{8,17}$/, "an AMI id"),
    name: z.string().meta({ description: "As its owner calls it; says what is in it." }),
    created: day,
    rootDevice: pattern(/^\/dev\/[a-z0-9]+$/, "a device such as /dev/sda1"),
  }),
});

export const environmentLock = z.strictObject({
  version: z.literal(1),
  environment: slug,
  resolvedAt: day,
  pools: z.record(slug, z.discriminatedUnion("kind", [hetznerPool, awsPool])),
  images: z.record(slug, digest).meta({ description: "Container images by the name that workload definitions use." }),
  binaries: z
    .record(
      slug,
      z.strictObject({ version: z.string(), sha256: z.strictObject({ amd64: sha256, arm64: sha256.optional() }) }),
    )
    .meta({ description: "What nodes download at first start." }),
});

/** What stock or time decided once: written by `resolve`, committed beside the environment, read by plan and up. */
export type EnvironmentLock = z.infer<typeof environmentLock>;
