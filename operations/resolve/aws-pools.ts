import { z } from "zod";
import type { Catalogue } from "../../plan/pricing/catalogue/catalogue.ts";
import type { EnvironmentLock } from "../../stacks/spec/lock.ts";
import type { PoolOf } from "../../stacks/spec/pools.ts";
import { InputError } from "../errors.ts";
import type { AwsCli } from "./aws-cli.ts";
import type { Note } from "./part.ts";

type LockedPool = EnvironmentLock["pools"][string];
export type LockedAwsPool = Extract<LockedPool, { kind: "aws" }>;
type LockedType = LockedAwsPool["instanceTypes"][number];

/**
 * Images with NVIDIA's open driver, its container toolkit and a current AWS CLI, which the node joins the mesh with (AWS Deep
 * Learning AMIs Developer Guide, "AWS Deep Learning Base GPU AMI (Ubuntu 24.04)"). Nobody states the driver's version in
 * what can be looked up: the node compares it with what its pool needs before it joins.
 */
const GPU_IMAGE = { owner: "amazon", name: "Deep Learning Base OSS Nvidia Driver GPU AMI (Ubuntu 24.04) *" } as const;

const offerings = z.object({
  InstanceTypeOfferings: z.array(z.object({ InstanceType: z.string(), Location: z.string() })),
});
const types = z.object({
  InstanceTypes: z.array(
    z.object({
      InstanceType: z.string(),
      VCpuInfo: z.object({ DefaultVCpus: z.int() }),
      MemoryInfo: z.object({ SizeInMiB: z.int() }),
      ProcessorInfo: z.object({ SupportedArchitectures: z.array(z.string()) }),
      GpuInfo: z
        .object({
          Gpus: z.array(
            z.object({
              Name: z.string(),
              Manufacturer: z.string(),
              Count: z.int(),
              MemoryInfo: z.object({ SizeInMiB: z.int() }),
            }),
          ),
        })
        .optional(),
    }),
  ),
});
const images = z.object({
  Images: z.array(
    z.object({ ImageId: z.string(), Name: z.string(), CreationDate: z.string(), RootDeviceName: z.string() }),
  ),
});

export interface AwsPoolQuery {
  readonly name: string;
  readonly pool: PoolOf<"aws">;
  readonly region: string;
}

/** What was found, or why nobody could be asked. */
export type AwsChoice =
  { readonly entry: LockedAwsPool; readonly notes: readonly Note[] } | { readonly unavailable: string };

/**
 * Finds what a burst pool can be made of: its types that every one of its zones, or some of them, sell, with the
 * on-demand price of the catalogue, and the newest image with NVIDIA's driver.
 *
 * @throws InputError for a zone that sells none of the types, a type without a price, or a refusal by AWS.
 */
export async function chooseInstances(
  { name, pool, region }: AwsPoolQuery,
  { aws, catalogue }: { readonly aws: AwsCli; readonly catalogue: Catalogue },
): Promise<AwsChoice> {
  const path = `pools.${name}`;
  const ask = (verb: string, ...args: string[]) => aws(["ec2", verb, "--region", region, ...args]);
  const filter = `Name=instance-type,Values=${pool.instanceTypes.join(",")}`;
  const sold = await ask(
    "describe-instance-type-offerings",
    ...["--location-type", "availability-zone", "--filters", filter],
  );
  if ("unavailable" in sold) return sold;
  const offers = shaped(offerings, sold.value, "describe-instance-type-offerings").InstanceTypeOfferings;
  const zones = pool.zones.map((letter) => `${region}${letter}`);
  const dry = zones.filter((zone) => !offers.some(({ Location }) => Location === zone));
  if (dry.length > 0) {
    throw new InputError(
      `${path}: ${dry.join(" and ")} ${dry.length === 1 ? "sells" : "sell"} none of ${pool.instanceTypes.join(", ")}. Nothing was written. Take the letter out of pools.${name}.zones, or add a type.`,
    );
  }
  const zonesOf = (type: string): string[] =>
    zones.filter((zone) => offers.some((offer) => offer.Location === zone && offer.InstanceType === type));
  const chosen = pool.instanceTypes.filter((type) => zonesOf(type).length > 0);
  const details = await ask("describe-instance-types", "--instance-types", ...chosen);
  if ("unavailable" in details) return details;
  const known = shaped(types, details.value, "describe-instance-types").InstanceTypes;
  const found = await ask(
    "describe-images",
    ...["--owners", GPU_IMAGE.owner, "--filters", `Name=name,Values=${GPU_IMAGE.name}`, "Name=state,Values=available"],
  );
  if ("unavailable" in found) return found;
  const [image] = shaped(images, found.value, "describe-images").Images.toSorted((a, b) =>
    a.CreationDate < b.CreationDate ? 1 : -1,
  );
  if (image === undefined) {
    throw new InputError(
      `${path}.image: ${region} has no image ${GPU_IMAGE.name} of ${GPU_IMAGE.owner}. Nothing was written. Choose another region.`,
    );
  }
  const notes = pool.instanceTypes.flatMap((type): Note[] => {
    const missing = zones.filter((zone) => !zonesOf(type).includes(zone));
    if (missing.length === 0) return [];
    const message =
      missing.length === zones.length
        ? `skipped ${type}: not sold in ${region}'s zones of the pool`
        : `${type} is not sold in ${missing.join(", ")}`;
    return [{ path, message }];
  });
  return {
    entry: {
      kind: "aws",
      instanceTypes: chosen.map((type) => lockedType(type, { path, region, known, catalogue })),
      zones,
      image: {
        id: image.ImageId,
        name: image.Name,
        created: image.CreationDate.slice(0, "2026-11-21".length),
        rootDevice: image.RootDeviceName,
      },
    },
    notes,
  };
}

interface Sources {
  readonly path: string;
  readonly region: string;
  readonly known: z.infer<typeof types>["InstanceTypes"];
  readonly catalogue: Catalogue;
}

function lockedType(type: string, { path, region, known, catalogue }: Sources): LockedType {
  const details = known.find(({ InstanceType }) => InstanceType === type);
  const [gpu, ...others] = details?.GpuInfo?.Gpus ?? [];
  if (details === undefined || gpu === undefined || others.length > 0) {
    throw new InputError(`${path}: AWS describes ${type} as a type without GPUs of one model. Nothing was written.`);
  }
  if (!details.ProcessorInfo.SupportedArchitectures.includes("x86_64")) {
    throw new InputError(`${path}: ${type} is no amd64 type, as nodes on AWS are. Nothing was written.`);
  }
  const price = catalogue.find({ provider: "aws", kind: "instance-on-demand", item: type, region });
  if (price?.currency !== "USD") {
    throw new InputError(
      `${path}: the catalogue has no on-demand price of ${type} in ${region}. Nothing was written. Add it to plan/pricing/catalogue/aws.json with any figure's source, then run \`npm run prices -- refresh aws\`.`,
    );
  }
  return {
    type,
    vcpu: details.VCpuInfo.DefaultVCpus,
    memoryGiB: details.MemoryInfo.SizeInMiB / 1024,
    gpus: gpu.Count,
    gpuModel: modelOf(gpu),
    gpuMemoryGiB: gpu.MemoryInfo.SizeInMiB / 1024,
    onDemandUsdPerHour: Number(price.amount),
  };
}

/** EC2 says H100 where the device's driver, and with it the node's label, says more. */
const LABELS: Readonly<Record<string, string>> = { H100: "NVIDIA-H100-80GB-HBM3" };

const modelOf = ({ Name, Manufacturer }: { readonly Name: string; readonly Manufacturer: string }): string =>
  LABELS[Name] ?? `${Manufacturer}-${Name}`;

function shaped<T>(schema: z.ZodType<T>, value: unknown, verb: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new InputError(
    `aws ec2 ${verb} answered in another shape than expected. Nothing was written.\n${z.prettifyError(parsed.error)}`,
  );
}
