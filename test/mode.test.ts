import path from "node:path";
import { describe, expect, it } from "vitest";
import { planEnvironment } from "../plan/plan.ts";
import type { Row } from "../policies/row.ts";
import { askedMode, inMode, MODE_VARIABLE } from "../stacks/mode.ts";
import { loadEnvironment } from "../stacks/environment-file.ts";
import type { Mode } from "../stacks/spec/identity.ts";
import { rowOf, rowsOf, sandbox, SANDBOX_FILE } from "./harness.ts";

/** The sandbox with a queue for a team, an endpoint that scales, and pods that keep data on one of its pools. */
const rowsIn = async (mode: Mode, change: Parameters<typeof sandbox>[0] = () => undefined): Promise<readonly Row[]> =>
  rowsOf(
    await sandbox((environment) => {
      environment.spec.environment.mode = mode;
      const research = {
        owner: "research@example.org",
        quota: { cpu: 8, memoryGiB: 16, storageGiB: 10, gpus: 8, pods: 9 },
      };
      environment.spec.teams["research"] = { ...research, shares: { burst: 1 } };
      change(environment);
    }),
  );

const serversIn = (rows: readonly Row[]): readonly string[] =>
  rows.filter(({ type }) => type === "hcloud:index/server:Server").map(({ name }) => name);
const keptIn = (rows: readonly Row[]): readonly string[] =>
  rows
    .filter(({ type }) => /^(?!kubernetes|hcloud:index\/server|tailscale:index\/tailnetKey).*:.*/.test(type))
    .map(({ urn }) => urn);
const stopPolicyIn = (rows: readonly Row[]): unknown =>
  rowOf(rows, "kubernetes:kueue.x-k8s.io/v1beta2:ClusterQueue", "queues-research-cluster-queue").inputs["spec"];

const ENVIRONMENTS = ["sandbox", "starter", "production", "factory"];
const CHANGED = ["asleep", "braked"] as const;

it.each(ENVIRONMENTS.flatMap((name) => CHANGED.map((mode) => ({ name, mode }))))(
  "no rule is broken by $name $mode",
  async ({ name, mode }) => {
    const environment = await loadEnvironment(path.join(import.meta.dirname, `../stacks/Pulumi.${name}.yaml`));
    const { findings } = await planEnvironment(inMode(environment, mode), { today: "2026-11-21" });
    expect(findings.filter(({ level }) => level === "mandatory").map(({ message }) => message)).toEqual([]);
  },
);

describe("asleep", () => {
  it("has no server of pools that keep nothing, no room to burst, no pod there, and every queue on hold", async () => {
    const rows = await rowsIn("asleep");
    expect(serversIn(await rowsIn("awake"))).toEqual([
      "inference-1-server",
      "inference-2-server",
      "operations-1-server",
    ]);
    expect(serversIn(rows)).toEqual(["operations-1-server"]);
    expect(rowOf(rows, "aws:autoscaling/group:Group", "burst-group").inputs["maxSize"]).toBe(0);
    expect(rowOf(rows, "kubernetes:apps/v1:Deployment", "litellm-deployment").inputs["spec"]).toMatchObject({
      replicas: 0,
    });
    expect(stopPolicyIn(rows)).toMatchObject({ stopPolicy: "HoldAndDrain" });
  });

  it("keeps everything else: networks, keys, secrets and namespaces", async () => {
    const [awake, asleep] = [await rowsIn("awake"), await rowsIn("asleep")];
    const gone = keptIn(awake).filter((urn) => !keptIn(asleep).includes(urn));
    expect(gone.filter((urn) => !/::inference-[12](?:-|$)/.test(urn))).toEqual([]);
  });

  it("leaves a pool alone that keeps data, or is protected", async () => {
    const all = ["inference-1-server", "inference-2-server", "operations-1-server"];
    const keeping = await rowsIn("asleep", ({ spec }) => {
      const pool = spec.pools["inference"];
      if (pool?.kind === "hetzner") pool.protect = true;
    });
    expect(serversIn(keeping)).toEqual(all);
  });
});

describe("braked", () => {
  it("has every server and pod, and holds and drains every queue", async () => {
    const rows = await rowsIn("braked");
    expect(serversIn(rows)).toEqual(serversIn(await rowsIn("awake")));
    expect(stopPolicyIn(rows)).toMatchObject({ stopPolicy: "HoldAndDrain" });
    expect(stopPolicyIn(await rowsIn("awake"))).toMatchObject({ stopPolicy: "None" });
  });
});

describe("the mode of one run", () => {
  it("counts in the plan and is handed to the program", async () => {
    const { spec, variables } = inMode(await loadEnvironment(SANDBOX_FILE), "asleep");
    expect([spec.environment.mode, variables]).toEqual(["asleep", { [MODE_VARIABLE]: "asleep" }]);
  });

  it("is the file's where none was asked for, and never a word that is none", async () => {
    const { spec } = await sandbox();
    expect(askedMode(spec, undefined)).toBe(spec);
    expect(askedMode(spec, "braked").environment.mode).toBe("braked");
    expect(() => askedMode(spec, "off")).toThrow("SPLITFLEET_MODE is off; expected one of awake, asleep, braked");
  });
});
