import { expect, test } from "vitest";
import { addBurstPool, trialFacts } from "../../testdata/trial.ts";
import { burstJoin } from "./burst-join.ts";
import type { Check, Facts } from "./check.ts";
import { lockedPools, lockedShapes, lockedTypes, lockedZones, lockOwner, stackName } from "./lock.ts";
import { lockedImages } from "./locked-images.ts";

const found = (check: Check, spoil: (facts: Facts) => void) =>
  [...check(trialFacts(spoil))].map(({ inLock = false, path, got }) => [inLock ? "lock" : "file", path.join("."), got]);

const burstLock = (facts: Facts) => {
  const locked = facts.lock.pools["burst"];
  if (locked?.kind !== "aws") throw new Error("the burst pool has no lock");
  return locked;
};

test("a lock belongs to its environment, and an environment to its stack", () => {
  expect(found(lockOwner, (facts) => void (facts.lock.environment = "other"))).toEqual([
    ["lock", "environment", '"other"'],
  ]);
  expect([...stackName({ ...trialFacts(), stack: "other" })].map(({ expected }) => expected)).toEqual([
    '"other", as the file\'s name says',
  ]);
});

test("bought pools have an entry of their kind in the lock, on-prem pools have none", () => {
  const spoil = (facts: Facts) => {
    delete facts.lock.pools["operations"];
    const { inference } = facts.lock.pools;
    if (inference !== undefined) Object.assign(facts.lock.pools, { workshop: inference, retired: inference });
    addBurstPool(facts);
    if (inference !== undefined) facts.lock.pools["burst"] = inference;
  };
  expect(found(lockedPools, spoil)).toEqual([
    ["file", "pools.operations", "a pool that trial.lock.yaml does not know"],
    ["file", "pools.burst", "a pool of kind aws that is hetzner in trial.lock.yaml"],
    ["lock", "pools.workshop", "a pool that is onprem in trial.yaml"],
    ["lock", "pools.retired", "a pool that is not in trial.yaml"],
  ]);
});

test("what was chosen is among what the file prefers", () => {
  const spoil = (facts: Facts) => {
    Object.assign(facts.lock.pools["inference"] ?? {}, { serverType: "cpx52" });
    addBurstPool(facts, { instanceTypes: ["p5.48xlarge"] });
  };
  expect(found(lockedTypes, spoil)).toEqual([
    ["lock", "pools.inference.serverType", '"cpx52"'],
    ["lock", "pools.burst.instanceTypes.1.type", '"p5en.48xlarge"'],
  ]);
});

test("types of one burst pool have one shape", () => {
  const spoil = (facts: Facts) => {
    addBurstPool(facts);
    Object.assign(burstLock(facts).instanceTypes[1] ?? {}, { vcpu: 96 });
  };
  expect(found(lockedShapes, spoil)).toEqual([
    ["lock", "pools.burst.instanceTypes.1", "p5en.48xlarge with 96 cores, 2048 GiB and 8 GPUs"],
  ]);
});

test("zones agree in both directions", () => {
  const spoil = (facts: Facts) => {
    addBurstPool(facts, { zones: ["a", "c"] });
  };
  expect(found(lockedZones, spoil)).toEqual([
    ["file", "pools.burst.zones.1", "zone eu-north-1c, which trial.lock.yaml does not have"],
    ["lock", "pools.burst.zones.1", '"eu-north-1b"'],
  ]);
});

test("every image that a workload runs is in the lock", () => {
  expect(found(lockedImages, (facts) => void delete facts.lock.images["ollama"])).toEqual([
    ["lock", "images.ollama", "nothing"],
  ]);
});

test("a burst pool needs a way into the mesh, other pools do not", () => {
  expect(found(burstJoin, () => undefined)).toEqual([]);
  const spoil = (facts: Facts) => {
    addBurstPool(facts);
    delete facts.mesh.federatedClientId;
  };
  expect(found(burstJoin, spoil)).toEqual([["file", "mesh.federatedClientId", "nothing"]]);
});
