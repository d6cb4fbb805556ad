import { readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { readConfig } from "../config-keys.ts";
import type { Facts } from "../spec/checks/check.ts";
import { environmentSpec } from "../spec/environment.ts";
import { environmentLock } from "../spec/lock.ts";
import { entryOf, ofKind } from "../spec/of-kind.ts";
import type { PoolOf } from "../spec/pools.ts";

const read = (file: string): Record<string, unknown> =>
  parse(readFileSync(path.join(import.meta.dirname, file), "utf8"));

/** Facts of an environment with a cluster. */
export type TrialFacts = Facts & {
  cluster: NonNullable<Facts["cluster"]>;
  secrets: NonNullable<Facts["secrets"]>;
};

/** The facts of the sound environment `trial.yaml`, which a test may then spoil. Every call gives new ones. */
export function trialFacts(spoil: (facts: TrialFacts) => void = () => undefined): TrialFacts {
  // A default is one object for all who take it.
  const { cluster, secrets, ...spec } = structuredClone(environmentSpec.parse(readConfig(read("trial.yaml")).raw));
  if (cluster === undefined || secrets === undefined) throw new Error("trial.yaml has no cluster or no secrets");
  const facts = {
    ...spec,
    cluster,
    secrets,
    lock: environmentLock.parse(read("trial.lock.yaml")),
    stack: "trial",
    files: { environment: "trial.yaml", lock: "trial.lock.yaml" },
    absent: [],
  };
  spoil(facts);
  return facts;
}

export const hetznerPool = (facts: Facts, name: string): PoolOf<"hetzner"> =>
  entryOf("pools", ofKind(facts.pools, "hetzner"), name);

/** Adds a burst pool of one H100 machine type with its site and its lock entry. */
export function addBurstPool(facts: Facts, pool: Partial<PoolOf<"aws">> = {}): void {
  facts.sites["stockholm"] = { kind: "aws", region: "eu-north-1", range: "10.20.0.0/16" };
  facts.privacy.residency.push("SE");
  facts.mesh.federatedClientId = "trial-burst";
  facts.pools["burst"] = {
    kind: "aws",
    site: "stockholm",
    team: "platform",
    dataClass: "internal",
    taints: [],
    instanceTypes: ["p5.48xlarge", "p5en.48xlarge"],
    zones: ["a", "b"],
    minimum: 0,
    maximum: 1,
    maximumPriceShare: 1,
    rootDiskGiB: 200,
    ...pool,
  };
  const shape = { vcpu: 192, memoryGiB: 2048, gpus: 8 };
  facts.lock.pools["burst"] = {
    kind: "aws",
    instanceTypes: [
      { type: "p5.48xlarge", ...shape, gpuModel: "NVIDIA-H100-80GB-HBM3", gpuMemoryGiB: 80, onDemandUsdPerHour: 58.9 },
      { type: "p5en.48xlarge", ...shape, gpuModel: "NVIDIA-H200", gpuMemoryGiB: 141, onDemandUsdPerHour: 67.7 },
    ],
    zones: ["eu-north-1a", "eu-north-1b"],
    image: {
      id: "ami-0123456789abcdef0",
      name: "Deep Learning Base OSS Nvidia Driver GPU AMI (Ubuntu 24.04) 20261002",
      created: "2026-10-02",
      rootDevice: "/dev/sda1",
    },
  };
}
