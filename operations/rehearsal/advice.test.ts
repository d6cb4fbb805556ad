import { describe, expect, test } from "vitest";
import { estimate } from "../../plan/pricing/estimate.ts";
import { catalogue, price } from "../../plan/pricing/testing.ts";
import type { ResolvedEnvironment } from "../../stacks/environment-file.ts";
import { entryOf, ofKind } from "../../stacks/spec/of-kind.ts";
import { rowsOf, sandbox } from "../../test/harness.ts";
import { advise } from "./advice.ts";
import type { Advice, PodReport } from "./report.ts";

/** Hetzner's own figures of November 2026, in Falkenstein; some can not be ordered. */
const PRICES = catalogue(
  ...(
    [
      ["cpx32", "0.0569", "35.49", true],
      ["cpx42", "0.1114", "69.49", true],
      ["cpx52", "0.1610", "100.49", true],
      ["ccx23", "0.1378", "85.99", true],
      ["cx43", "0.0256", "15.99", false],
    ] as const
  ).map(([type, amount, monthlyCap, orderable]) =>
    price(`hetzner/server/${type}/fsn1`, amount, { monthlyCap, orderable }),
  ),
);

const pending = (pool: string): PodReport => ({
  namespace: "team-assistants",
  name: "pod",
  workload: "ollama",
  pool,
  node: null,
  phase: "Pending",
  reason: "0/4 nodes are available",
});

const adviceOn = (environment: ResolvedEnvironment, pods: readonly PodReport[]): Promise<Advice[]> =>
  advise({
    environment,
    pods,
    catalogue: PRICES,
    price: async (changed) =>
      estimate(await rowsOf(changed), { catalogue: PRICES, usage: changed.spec.usage, today: "2026-11-21" }).cost,
  });

/** The sandbox with inference on machines of one type, and so many requests at once. */
const inferenceOn = (
  serverType: string,
  vcpu: number,
  memoryGiB: number,
  change: { parallel?: number; replicas?: number; nodes?: number[] },
) =>
  sandbox(({ spec, lock }) => {
    Object.assign(entryOf("pools", ofKind(lock.pools, "hetzner"), "inference"), { serverType, vcpu, memoryGiB });
    const { nodes = [1, 2], ...ollama } = change;
    Object.assign(entryOf("workloads", spec.workloads, "ollama"), ollama);
    Object.assign(entryOf("pools", spec.pools, "inference"), { nodes });
  });

test("nothing is advised where every pod has its node", async () => {
  expect(
    await adviceOn(await sandbox(), [{ ...pending("inference"), node: "n", phase: "Running", reason: "" }]),
  ).toEqual([]);
});

describe("a Hetzner pool", () => {
  test("gets the cheapest larger type that can be ordered, at the price of all its nodes", async () => {
    // Ollama: 512 + 2048 + 16 x 448 = 9728 MiB; cpx32 has 8192 - 665 = 7527. cpx42: 2 x (69.49 - 35.49) = 68.00.
    expect(await adviceOn(await inferenceOn("cpx32", 4, 8, { parallel: 16 }), [pending("inference")])).toEqual([
      {
        for: "pool",
        name: "inference",
        shortage: "ollama asks for 9.5 GiB and 2 cores; the most that a node has left is 7.4 GiB and 4 cores",
        change: "cpx42 instead of cpx32",
        expectedEurosPerMonth: "+68.00",
        worstEurosPerMonth: "+68.00",
      },
    ]);
  });

  test("gets one more node where that costs less than larger ones", async () => {
    // Five replicas of 2 cores on two cpx32 of 4: a third costs 35.49, and 0.50 for its address; two cpx42 cost 68.00.
    const [advice] = await adviceOn(await inferenceOn("cpx32", 4, 8, { replicas: 5, nodes: [1, 2] }), [
      pending("inference"),
    ]);
    expect(advice).toMatchObject({
      shortage:
        "ollama asks for 2.9 GiB and 2 cores (and 2 smaller pods); " +
        "the most that a node has left is 1.5 GiB and 0 cores",
      change: "3 nodes instead of 2",
      expectedEurosPerMonth: "+35.99",
      worstEurosPerMonth: "+35.99",
    });
  });

  test("whose machines have the room is told that it is something else", async () => {
    expect(await adviceOn(await sandbox(), [pending("inference")])).toEqual([
      {
        for: "pool",
        name: "inference",
        shortage: "its nodes have the room; what else the scheduler asks for is in the pods' reasons",
        change: "",
        expectedEurosPerMonth: null,
        worstEurosPerMonth: null,
      },
    ]);
  });

  test("for which no type on sale is large enough is told so", async () => {
    const environment = await inferenceOn("cpx42", 8, 16, { parallel: 16 });
    Object.assign(entryOf("models", environment.spec.models, "small"), { weightsGiB: 40 });
    const [advice] = await adviceOn(environment, [pending("inference")]);
    expect(advice).toMatchObject({ change: "", worstEurosPerMonth: null });
  });
});

test("an on-prem pool gets one more machine with its price, and memory for which none is known", async () => {
  const environment = await sandbox(({ spec }) => {
    Object.assign(entryOf("workloads", spec.workloads, "ollama"), { pool: "workshop", replicas: 2, parallel: 16 });
    Object.assign(entryOf("pools", ofKind(spec.pools, "onprem"), "workshop").hardware, { memoryGiB: 16 });
  });
  // 3000 / 36 + 0.35 kW x 730 h x 0.25 + 60 = 83.33 + 63.88 + 60.00
  expect(await adviceOn(environment, [pending("workshop")])).toEqual([
    {
      for: "pool",
      name: "workshop",
      shortage: "ollama asks for 9.5 GiB and 2 cores; the most that a node has left is 5.7 GiB, 13.9 cores and 1 GPU",
      change: "2 machines instead of 1; or 20 GiB of memory in each machine instead of 16 (no price is known)",
      expectedEurosPerMonth: "+207.21",
      worstEurosPerMonth: "+207.21",
    },
  ]);
});

test("a burst pool with room has wrong tags, and one at its maximum gets a higher one", async () => {
  const onBurst = (weightsGiB: number) =>
    sandbox(({ spec }) => {
      Object.assign(entryOf("workloads", spec.workloads, "ollama"), { pool: "burst", replicas: 2 });
      Object.assign(entryOf("models", spec.models, "small"), { weightsGiB });
    });
  const [roomy] = await adviceOn(await onBurst(2), [pending("burst")]);
  expect(roomy?.shortage).toBe(
    "its nodes would have the room, but Cluster Autoscaler finds no node for it in what its group's tags describe",
  );
  const [full] = await adviceOn(await onBurst(1500), [pending("burst")]);
  expect(full?.change).toBe("maximum: 2 instead of 1");
  expect(Number(full?.worstEurosPerMonth)).toBeGreaterThan(30_000);
});

test("a quota that is too small gets what the workloads ask for, which costs nothing", async () => {
  const environment = await sandbox(({ spec }) => {
    Object.assign(entryOf("teams", spec.teams, "assistants").quota, { memoryGiB: 4, pods: 2 });
  });
  const refused: PodReport = { ...pending("inference"), phase: "NotCreated", reason: "exceeded quota" };
  expect(await adviceOn(environment, [refused])).toEqual([
    {
      for: "team",
      name: "assistants",
      shortage: "its workloads ask for memoryGiB 5.07 of 4 and pods 3 of 2",
      change: "quota: { memoryGiB: 6, pods: 3 }",
      expectedEurosPerMonth: "+0.00",
      worstEurosPerMonth: "+0.00",
    },
  ]);
});
