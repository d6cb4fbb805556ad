import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { VaultServer } from "../../sandbox/vault/server.ts";
import { World } from "../../sandbox/twin/world/world.ts";
import { beginVault, readKv } from "../../sandbox/vault/state.ts";
import { loadEnvironment } from "../../stacks/environment-file.ts";
import { hasCluster } from "../../stacks/spec/optional-parts.ts";
import { VaultApi } from "../../stacks/vault-api.ts";
import { type AdmissionState, type AdmitOptions, NodeControlError } from "../nodes/control.ts";
import { withNodes } from "../nodes/testing.ts";
import { ceremony } from "./ceremony.ts";
import { JoinCredentials } from "./join-credentials.ts";
import { joinNodes, type JoinOptions } from "./join.ts";
import { OperatorFolder } from "./shares.ts";

const STACKS = path.join(import.meta.dirname, "../../stacks");
const environment = withNodes(await loadEnvironment(path.join(STACKS, "Pulumi.sandbox.yaml")), "operations", [1, 2, 3]);
const AUTHORITY = "ab".repeat(32);
const SERVERS = ["sandbox-operations-1", "sandbox-operations-2", "sandbox-operations-3"];

let marker: string;
let server: VaultServer;
let credentials: JoinCredentials;
let said: string[];
/** What machines answer, by name; the others have joined. */
let states: Record<string, AdmissionState>;
let asked: string[];
beforeEach(async () => {
  marker = mkdtempSync(path.join(tmpdir(), "splitfleet-join-"));
  beginVault(marker);
  server = await VaultServer.start(marker);
  const operators = new OperatorFolder(path.join(marker, "operators"));
  const vault = new VaultApi(server.address);
  await ceremony({ vault, operators, pgpKeys: [], waitSeconds: 0, again: "", say: () => undefined });
  new World(marker).put("create", {
    package: "vault",
    type: "vault:index/mount:Mount",
    id: "mount-kv",
    urn: "urn:kv",
    inputs: { path: "splitfleet/kv", type: "kv" },
    facts: {},
    revision: 1,
    createdAt: "2026-11-21T00:00:00Z",
  });
  if (!hasCluster(environment.spec)) throw new Error("the sandbox has a cluster");
  credentials = new JoinCredentials(vault, operators.rootToken() ?? "", environment.spec);
  [said, asked, states] = [[], [], {}];
});
afterEach(async () => {
  await server[Symbol.asyncDispose]();
  rmSync(marker, { recursive: true });
});

const join = (more: Partial<JoinOptions["control"]> = {}, spec = environment.spec): Promise<void> =>
  joinNodes({
    environment: { spec },
    control: {
      admissions: async (nodes) => new Map(nodes.map((node) => [node, states[node] ?? "admitted"])),
      admit: async (node, { server: joins, founds = false }: AdmitOptions) => {
        asked.push(`${node} ${founds ? "founds" : `joins ${joins}`}`);
        states[node] = "admitted";
      },
      clusterAuthority: async () => AUTHORITY,
      ...more,
    },
    credentials: async () => credentials,
    again: "npm run up -- sandbox",
    say: (text) => said.push(text),
  });

const versions = (kind: string): readonly object[] => readKv(marker)[`splitfleet/kv/data/sandbox/k3s/${kind}`] ?? [];
const waits = (...names: readonly string[]): void => {
  states = Object.fromEntries(names.map((name) => [name, "waiting"]));
};

test("the founder comes first, then servers one by one, then agents", async () => {
  waits("sandbox-inference-1", ...SERVERS.toReversed());
  await join();
  expect(asked).toEqual([
    "sandbox-operations-1 founds",
    "sandbox-operations-2 joins sandbox-operations-1",
    "sandbox-operations-3 joins sandbox-operations-1",
    "sandbox-inference-1 joins sandbox-operations-1",
  ]);
  expect(said).toEqual([`Admitted to the cluster: ${SERVERS.join(", ")} and sandbox-inference-1.`]);
});

test("where all have joined, Vault is not asked", async () => {
  await join();
  expect([asked, said, readKv(marker)]).toEqual([[], [], {}]);
});

test("a run that was cut off before the tokens were complete founds no second cluster", async () => {
  waits("sandbox-inference-1");
  expect(await credentials.ensure()).toBe(false);
  await join();
  expect(asked).toEqual(["sandbox-inference-1 joins sandbox-operations-1"]);
  expect(versions("agent-token")).toHaveLength(2);
});

test("a founder that is made anew joins the others", async () => {
  await credentials.ensure();
  await credentials.pin(AUTHORITY);
  waits("sandbox-operations-1");
  await join();
  expect(asked).toEqual(["sandbox-operations-1 joins sandbox-operations-2"]);
  expect(versions("server-token")).toHaveLength(2);
});

test("a server that has another authority stops the run", async () => {
  await credentials.ensure();
  await credentials.pin("cd".repeat(32));
  waits("sandbox-operations-2");
  await expect(join()).rejects.toThrow("sandbox/k3s/server-token in Vault pins another authority than the cluster has");
});

test("a node that can not be admitted keeps nobody else out, and one that can not be reached is told", async () => {
  waits("sandbox-operations-2", "sandbox-inference-1");
  states["sandbox-operations-3"] = "unreachable";
  await credentials.ensure();
  await credentials.pin(AUTHORITY);
  const admit = async (node: string): Promise<void> => {
    asked.push(node);
    if (node === "sandbox-operations-2") throw new NodeControlError(`${node} did not do as asked`);
  };
  await join({ admit });
  expect(asked).toEqual(["sandbox-operations-2", "sandbox-inference-1"]);
  expect(said).toEqual([
    "Not reached, and left as they are: sandbox-operations-3.",
    "Admitted to the cluster: sandbox-inference-1.",
    "Not admitted:\nsandbox-operations-2 did not do as asked\nA machine that was made anew under the name of another one is " +
      "admitted by `npm run replace`; else correct it, then go on with `npm run up -- sandbox`.",
  ]);
});

test("servers wait for the keys of the bucket that copies of etcd go to", async () => {
  const { cluster } = environment.spec;
  if (cluster === undefined) throw new Error("the sandbox has a cluster");
  const bucket = {
    endpoint: "fsn1.example.com",
    region: "fsn1",
    bucket: "copies",
    schedule: "0 * * * *",
    retention: 3,
  };
  const spec = { ...environment.spec, cluster: { ...cluster, snapshots: bucket } };
  waits(...SERVERS);
  await expect(join({}, spec)).rejects.toThrow(
    "Vault has no keys for the bucket copies, where copies of etcd go. Put them there with " +
      "`vault kv put -mount=splitfleet/kv sandbox/k3s/snapshots-env token=@<file>`",
  );
  expect(asked).toEqual([]);
  await credentials.putSnapshotKeys("AWS_ACCESS_KEY_ID=a\nAWS_SECRET_ACCESS_KEY=b\n");
  await join({}, spec);
  expect(asked).toHaveLength(3);
});
