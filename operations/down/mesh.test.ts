import { expect, test } from "vitest";
import { InputError } from "../errors.ts";
import { meshInventory } from "./mesh.ts";

const device = (hostname: string, tags = ["tag:factory-plant"]) => ({
  nodeId: `id-${hostname}`,
  hostname,
  name: hostname,
  tags,
});
const NODES = [
  { name: "factory-operations-1", provider: "hetzner" },
  { name: "factory-workshop-a", provider: "onprem" },
] as const;

test("tells an environment's devices by the host names of its nodes, and leaves people's own out", async () => {
  const removed: string[] = [];
  const devices = [
    device("factory-operations-1"),
    device("factory-workshop-a"),
    device("production-operations-1"),
    device("laptop", []),
  ];
  const api = {
    devices: async () => devices,
    remove: async ({ nodeId }: { readonly nodeId: string }) => void removed.push(nodeId),
  };
  const inventory = meshInventory(api, "factory", NODES);
  const found = await inventory.list();
  expect(found.map(({ name, environment, stays }) => [name, environment, stays])).toEqual([
    ["factory-operations-1", "factory", undefined],
    ["factory-workshop-a", "factory", "is a machine of your own; take it off the mesh there"],
    ["production-operations-1", undefined, undefined],
  ]);
  for (const each of found.slice(0, 1)) await inventory.remove(each);
  expect(removed).toEqual(["id-factory-operations-1"]);
});

test("says that it can not ask", async () => {
  const api = {
    devices: () => Promise.reject(new InputError("no credentials")),
    remove: () => Promise.reject(new Error("never asked")),
  };
  await expect(meshInventory(api, "factory", NODES).list()).rejects.toMatchObject({ name: "Unasked" });
});
