import { expect, onTestFinished, test } from "vitest";
import { catalogueOf } from "../../plan/pricing/catalogue/catalogue.ts";
import { price } from "../../plan/pricing/testing.ts";
import type { EnvironmentLock } from "../../stacks/spec/lock.ts";
import { addBurstPool, hetznerPool, trialFacts, type TrialFacts } from "../../stacks/testdata/trial.ts";
import type { AwsCli } from "./aws-cli.ts";
import { resolvePools } from "./pools.ts";
import { type Answer, IMAGE_FOUND, IMAGE_PATH, recordedHosts, SERVER_TYPES_PATH, serverTypes } from "./testing.ts";

const TODAY = "2026-11-21";
const noAws: AwsCli = async () => ({ unavailable: "the AWS CLI is not installed" });
const catalogue = catalogueOf(
  [
    price("aws/instance-on-demand/p5.48xlarge/eu-north-1", "58.8928", { currency: "USD" }),
    price("aws/instance-on-demand/p5en.48xlarge/eu-north-1", "67.72672", { currency: "USD" }),
  ],
  TODAY,
);

/** An environment of one Hetzner pool in nbg1 that prefers cx33 to cpx32. */
const trial = (spoil: (facts: TrialFacts) => void = () => undefined): TrialFacts =>
  trialFacts((facts) => {
    const pool = hetznerPool(facts, "operations");
    facts.pools = { operations: { ...pool, serverTypes: ["cx33", "cpx32"] } };
    facts.lock.pools = {};
    spoil(facts);
  });

interface Run {
  readonly facts: TrialFacts;
  readonly answers?: Readonly<Record<string, Answer>>;
  readonly keep?: boolean;
  readonly token?: string | undefined;
  readonly aws?: AwsCli;
}

async function resolved({ facts, answers = {}, keep = false, token, aws = noAws }: Run) {
  const recorded = await recordedHosts(answers);
  onTestFinished(recorded.close);
  const query = { spec: facts, locked: facts.lock.pools, keep, today: TODAY };
  const run = () => resolvePools(query, { ask: recorded.ask, aws, catalogue, hetznerToken: token });
  return { run, recorded };
}

const stock = (cx33: boolean, cpx32: boolean): Readonly<Record<string, Answer>> => ({
  [SERVER_TYPES_PATH]: serverTypes([
    { name: "cx33", stock: { nbg1: cx33 } },
    { name: "cpx32", stock: { nbg1: cpx32, hel1: true } },
  ]),
  [IMAGE_PATH]: IMAGE_FOUND,
});
const entry = (serverType: string): EnvironmentLock["pools"][string] => ({
  kind: "hetzner",
  serverType,
  architecture: "amd64",
  vcpu: 4,
  memoryGiB: 8,
  diskGiB: 160,
  image: "debian-13",
});
const located = (facts: TrialFacts): void => {
  facts.lock.pools["operations"] = entry("cpx32");
};

test("takes the first type of the list that can be ordered, and says why not the others", async () => {
  const { run, recorded } = await resolved({ facts: trial(), answers: stock(false, true), token: "a-token" });
  expect(await run()).toEqual({
    entries: { operations: entry("cpx32") },
    notes: [{ path: "pools.operations", message: "skipped cx33: not orderable in nbg1 now" }],
    reasons: new Map([["pools.operations.serverType", "cx33 is not orderable in nbg1 now"]]),
    incomplete: false,
  });
  expect(recorded.authorizations).toEqual(["Bearer a-token", "Bearer a-token"]);
});

test("nodes keep a type that can still be ordered, and the report names the way to a preferred one", async () => {
  const { run } = await resolved({ facts: trial(located), answers: stock(true, true), token: "a-token" });
  const { entries, notes } = await run();
  expect(entries).toEqual({ operations: entry("cpx32") });
  expect(notes).toEqual([
    {
      path: "pools.operations",
      message:
        "cx33 is preferred and orderable, but the pool's nodes keep cpx32; take cpx32 out of pools.operations.serverTypes to move them",
    },
  ]);
});

test("a type that is gone gives way to the next, unless the lock is to be kept", async () => {
  const run = { facts: trial(located), answers: stock(true, false), token: "a-token" };
  expect((await (await resolved(run)).run()).entries).toEqual({ operations: entry("cx33") });
  const kept = await resolved({ ...run, keep: true });
  expect((await kept.run()).entries).toEqual({ operations: entry("cpx32") });
  expect(kept.recorded.requests).toEqual([]);
});

test("refuses where nothing can be ordered, with the reason for each type", async () => {
  const answers = {
    [SERVER_TYPES_PATH]: serverTypes([{ name: "cpx32", stock: { nbg1: true }, lastDay: "2026-10-31" }]),
  };
  const { run } = await resolved({ facts: trial(), answers, token: "a-token" });
  await expect(run()).rejects.toThrow(
    "pools.operations: none of its types can be ordered (cx33 is unknown to Hetzner; cpx32 is no longer sold in nbg1 since 2026-10-31).",
  );
});

test("an image that Hetzner no longer has is refused", async () => {
  const answers = { ...stock(true, true), [IMAGE_PATH]: { body: { images: [] } } };
  const { run } = await resolved({ facts: trial(), answers, token: "a-token" });
  await expect(run()).rejects.toThrow("pools.operations.image: Hetzner has no system image debian-13 for amd64.");
});

test("without a token the pools stay as they are, and the report says so", async () => {
  const { run, recorded } = await resolved({ facts: trial(located) });
  expect(await run()).toEqual({
    entries: { operations: entry("cpx32") },
    notes: [{ path: "pools.operations", message: "left as it is: HCLOUD_TOKEN is not set" }],
    reasons: new Map(),
    incomplete: true,
  });
  expect(recorded.requests).toEqual([]);
});

test("without a token, a pool that the lock does not have can not be resolved", async () => {
  const { run } = await resolved({ facts: trial() });
  await expect(run()).rejects.toThrow(
    "pools.operations: HCLOUD_TOKEN is not set, and the lock has nothing that could stay. Nothing was written.",
  );
});

const burst = (): TrialFacts =>
  trial((facts) => {
    located(facts);
    addBurstPool(facts);
  });
const gpu = (type: string, name: string, memoryGiB: number) => ({
  InstanceType: type,
  VCpuInfo: { DefaultVCpus: 192 },
  MemoryInfo: { SizeInMiB: 2048 * 1024 },
  ProcessorInfo: { SupportedArchitectures: ["x86_64"] },
  GpuInfo: { Gpus: [{ Name: name, Manufacturer: "NVIDIA", Count: 8, MemoryInfo: { SizeInMiB: memoryGiB * 1024 } }] },
});
const IMAGES = "Deep Learning Base OSS Nvidia Driver GPU AMI (Ubuntu 24.04)";
const AWS_ANSWERS: Readonly<Record<string, object>> = {
  "describe-instance-type-offerings": {
    InstanceTypeOfferings: [
      { InstanceType: "p5.48xlarge", Location: "eu-north-1a" },
      { InstanceType: "p5.48xlarge", Location: "eu-north-1b" },
      { InstanceType: "p5en.48xlarge", Location: "eu-north-1b" },
    ],
  },
  "describe-instance-types": { InstanceTypes: [gpu("p5.48xlarge", "H100", 80), gpu("p5en.48xlarge", "H200", 141)] },
  "describe-images": {
    Images: [
      {
        ImageId: "ami-00000000000000001",
        Name: `${IMAGES} 20260801`,
        CreationDate: "2026-08-01T00:00:00.000Z",
        RootDeviceName: "/dev/sda1",
      },
      {
        ImageId: "ami-00000000000000002",
        Name: `${IMAGES} 20261101`,
        CreationDate: "2026-11-01T00:00:00.000Z",
        RootDeviceName: "/dev/sda1",
      },
    ],
  },
};
const asked: string[] = [];
const awsOf =
  (answers: Readonly<Record<string, object>>): AwsCli =>
  async (args) => {
    asked.push(args.join(" "));
    return { value: answers[args[1] ?? ""] };
  };

test("a burst pool gets the types that its zones sell, the catalogue's price and the newest image with NVIDIA's driver", async () => {
  const { run } = await resolved({ facts: burst(), aws: awsOf(AWS_ANSWERS) });
  const { entries, notes, reasons } = await run();
  const shape = { vcpu: 192, memoryGiB: 2048, gpus: 8 };
  expect(entries["burst"]).toEqual({
    kind: "aws",
    instanceTypes: [
      {
        type: "p5.48xlarge",
        ...shape,
        gpuModel: "NVIDIA-H100-80GB-HBM3",
        gpuMemoryGiB: 80,
        onDemandUsdPerHour: 58.8928,
      },
      { type: "p5en.48xlarge", ...shape, gpuModel: "NVIDIA-H200", gpuMemoryGiB: 141, onDemandUsdPerHour: 67.72672 },
    ],
    zones: ["eu-north-1a", "eu-north-1b"],
    image: {
      id: "ami-00000000000000002",
      name: `${IMAGES} 20261101`,
      created: "2026-11-01",
      rootDevice: "/dev/sda1",
    },
  });
  expect(notes).toEqual([
    { path: "pools.operations", message: "left as it is: HCLOUD_TOKEN is not set" },
    { path: "pools.burst", message: "p5en.48xlarge is not sold in eu-north-1a" },
  ]);
  expect(reasons).toEqual(new Map());
  expect(asked).toEqual([
    "ec2 describe-instance-type-offerings --region eu-north-1 --location-type availability-zone --filters Name=instance-type,Values=p5.48xlarge,p5en.48xlarge",
    "ec2 describe-instance-types --region eu-north-1 --instance-types p5.48xlarge p5en.48xlarge",
    `ec2 describe-images --region eu-north-1 --owners amazon --filters Name=name,Values=${IMAGES} * Name=state,Values=available`,
  ]);
});

test("a zone that sells none of the types is refused", async () => {
  const offerings = { InstanceTypeOfferings: [{ InstanceType: "p5.48xlarge", Location: "eu-north-1a" }] };
  const aws = awsOf({ ...AWS_ANSWERS, "describe-instance-type-offerings": offerings });
  await expect((await resolved({ facts: burst(), aws })).run()).rejects.toThrow(
    "pools.burst: eu-north-1b sells none of p5.48xlarge, p5en.48xlarge. Nothing was written. Take the letter out of pools.burst.zones, or add a type.",
  );
});

test("without the AWS CLI a burst pool stays as it is", async () => {
  const facts = burst();
  const { entries, notes } = await (await resolved({ facts })).run();
  expect(entries["burst"]).toEqual(facts.lock.pools["burst"]);
  expect(notes[1]).toEqual({ path: "pools.burst", message: "left as it is: the AWS CLI is not installed" });
});
