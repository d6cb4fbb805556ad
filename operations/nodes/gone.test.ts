import { expect, test } from "vitest";
import { asRunning, inMode } from "../../stacks/mode.ts";
import { loadEnvironment } from "../../stacks/environment-file.ts";
import { SANDBOX_FILE } from "../../test/harness.ts";
import { NodeControlError, type NodeState } from "./control.ts";
import { forgetGoneNodes } from "./gone.ts";

const node = (name: string, more: Partial<NodeState> = {}): NodeState => ({
  name,
  pool: "inference",
  provider: "hetzner",
  role: "agent",
  ready: false,
  cordoned: false,
  versions: {},
  bundle: undefined,
  etcdMember: false,
  machine: "1",
  ...more,
});

/** What is removed and said where these nodes are known and the sandbox is asleep. */
async function forgotten(nodes: () => Promise<readonly NodeState[]>): Promise<readonly string[]> {
  const environment = asRunning(inMode(await loadEnvironment(SANDBOX_FILE), "asleep"));
  const seen: string[] = [];
  const control = {
    nodes,
    deleteNode: async (name: string) => void seen.push(`node ${name}`),
    deleteMeshDevice: async (name: string) => void seen.push(`device ${name}`),
  };
  await forgetGoneNodes({ environment, control, say: (text) => seen.push(text) });
  return seen;
}

test("agents whose servers were deleted leave cluster and mesh, and nobody else does", async () => {
  const nodes = [
    node("sandbox-inference-1"),
    node("sandbox-inference-2"),
    node("sandbox-operations-1", { role: "server", pool: "operations", etcdMember: true }),
    node("sandbox-operations-9", { role: "server", pool: "operations", etcdMember: true }),
    node("sandbox-workshop-z", { provider: "onprem", pool: "workshop" }),
    node("ip-10-40-0-11", { provider: "aws", pool: "burst" }),
  ];
  expect(await forgotten(() => Promise.resolve(nodes))).toEqual([
    "node sandbox-inference-1",
    "device sandbox-inference-1",
    "node sandbox-inference-2",
    "device sandbox-inference-2",
    "Taken out of cluster and mesh, since their servers are gone: sandbox-inference-1 and sandbox-inference-2.",
  ]);
});

test("nothing is said where nobody is gone", async () => {
  expect(await forgotten(() => Promise.resolve([]))).toEqual([]);
});

test("a cluster that can not be asked stops nothing, and is told", async () => {
  const refused = () => Promise.reject(new NodeControlError("the API server refuses the connection"));
  expect(await forgotten(refused)).toEqual([
    "Whether cluster or mesh still know nodes whose servers are gone could not be looked up: " +
      "the API server refuses the connection",
  ]);
});
