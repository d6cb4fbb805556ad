import { beforeAll, expect, test } from "vitest";
import type { Row } from "../policies/row.ts";
import { checkEnvironment } from "../stacks/spec/checks/all.ts";
import { ofKind } from "../stacks/spec/of-kind.ts";
import type { ResolvedEnvironment } from "../stacks/environment-file.ts";
import { rowOf, rowsOf, sandbox, tree } from "./harness.ts";

/** The sandbox on two VPSs with Docker Compose: no k3s, no Vault, no AWS, no room of its own. */
async function onCompose(): Promise<ResolvedEnvironment> {
  const { spec, lock } = await sandbox();
  const { cluster: _cluster, secrets: _secrets, ...rest } = spec;
  const hetzner = Object.entries(ofKind(spec.pools, "hetzner")).map(([name, pool]) => [
    name,
    { ...pool, cluster: "none" as const, vault: false, nodes: [1] },
  ]);
  const sites = Object.entries(ofKind(spec.sites, "hetzner"));
  const { burst: _burst, ...pools } = lock.pools;
  const { k3s: _k3s, vault: _vault, ...binaries } = lock.binaries;
  return {
    spec: {
      ...rest,
      pools: Object.fromEntries(hetzner),
      sites: Object.fromEntries(sites),
      workloads: {
        ollama: spec.workloads["ollama"] ?? missing("ollama"),
        litellm: spec.workloads["litellm"] ?? missing("litellm"),
      },
      usage: { ...spec.usage, pools: {} },
    },
    lock: { ...lock, pools, binaries },
  };
}

function missing(name: string): never {
  throw new Error(`the sandbox has no workload ${name}`);
}

let environment: ResolvedEnvironment;
let rows: readonly Row[];

beforeAll(async () => {
  environment = await onCompose();
  rows = await rowsOf(environment);
});

test("an environment of VPSs alone is sound without the sections of cluster and secrets", () => {
  const { spec, lock } = environment;
  const files = { environment: "compose.yaml", lock: "compose.lock.yaml" };
  expect(checkEnvironment({ ...spec, lock, stack: "sandbox", files, absent: ["cluster", "secrets"] })).toEqual([]);
});

test("it makes neither a cluster nor Vault's engines, nor their providers", () => {
  const packages = new Set(rows.map(({ type }) => type.replace(/^pulumi:providers:/, "").split(":")[0]));
  expect([...packages].sort()).toEqual(["command", "hcloud", "pulumi", "random", "splitfleet", "tailscale"]);
});

test("a pool's workloads are one project: its secrets and its release", () => {
  expect(tree(rows, rowOf(rows, "splitfleet:runtime:ComposeProject", "inference-project").urn)).toBe(`\
inference-project-release: command:remote:Command
inference-project-secrets: command:remote:Command
`);
});

test("secrets are secret in the state and stand in no command", () => {
  const secrets = rowOf(rows, "command:remote:Command", "inference-project-secrets");
  expect(secrets.secretPaths).toEqual(["connection", "stdin"]);
  const release = rowOf(rows, "command:remote:Command", "inference-project-release");
  expect(release.secretPaths).toEqual(["connection"]);
  expect(release.inputs["connection"]).toEqual({
    host: "sandbox-inference-1.sandbox.ts.net",
    port: 22,
    user: "root",
    perDialTimeout: 15,
    dialErrorLimit: 40,
  });
});
