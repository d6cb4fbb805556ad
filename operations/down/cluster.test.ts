import { expect, test } from "vitest";
import { Refusal } from "../../sandbox/twin/kinds/kubernetes/connection.ts";
import type { Reference } from "../../sandbox/twin/kinds/kubernetes/manifest.ts";
import { textAt } from "../../sandbox/twin/protocol/paths.ts";
import type { Properties } from "../../sandbox/twin/protocol/values.ts";
import { ClusterInventory } from "./cluster.ts";

const object = (apiVersion: string, kind: string, name: string, more: Properties = {}): Properties => ({
  apiVersion,
  kind,
  metadata: { name },
  ...more,
});
const team = (name: string, labels: Properties): Properties =>
  object("v1", "Namespace", name, { metadata: { name, labels } });
const disk = (name: string, namespace: string, spec: Properties): Properties =>
  object("v1", "PersistentVolume", name, { spec: { ...spec, claimRef: { namespace, name: "data" } } });
const balancer = (name: string, type: string): Properties =>
  object("v1", "Service", name, { metadata: { name, namespace: "web" }, spec: { type } });
const CSI = { csi: { driver: "csi.hetzner.cloud" }, persistentVolumeReclaimPolicy: "Retain" };

/** An API server whose controllers give a disk back once its namespace is gone and its policy says so. */
function server(objects: Properties[], { stuck = false } = {}) {
  const calls: string[] = [];
  const nameOf = (each: Properties): string => textAt(each, "metadata.name") ?? "";
  const remove = (kind: string, name: string): void => {
    const at = objects.findIndex((each) => each["kind"] === kind && nameOf(each) === name);
    if (at >= 0) objects.splice(at, 1);
  };
  const released = (each: Properties, namespace: string): boolean =>
    each["kind"] === "PersistentVolume" &&
    textAt(each, "spec.claimRef.namespace") === namespace &&
    textAt(each, "spec.persistentVolumeReclaimPolicy") === "Delete";
  const api = {
    list: async ({ kind }: { readonly kind: string }): Promise<Properties[]> => {
      if (kind === "VolumeSnapshot") throw new Refusal("no matches for kind", 404, "NoMatch");
      return objects.filter((each) => each["kind"] === kind);
    },
    get: async ({ kind, name }: Reference): Promise<Properties | undefined> =>
      objects.find((each) => each["kind"] === kind && nameOf(each) === name),
    apply: async (manifest: Properties): Promise<Properties> => {
      calls.push(`apply ${nameOf(manifest)}`);
      const at = objects.findIndex((each) => nameOf(each) === nameOf(manifest));
      const before = objects[at] ?? {};
      objects[at] = { ...before, spec: Object.assign({}, before["spec"], manifest["spec"]) };
      return manifest;
    },
    delete: async ({ kind, name }: Reference): Promise<boolean> => {
      calls.push(`delete ${kind} ${name}`);
      if (stuck) return true;
      remove(kind, name);
      for (const each of objects.filter((one) => released(one, name))) remove("PersistentVolume", nameOf(each));
      return true;
    },
  };
  const inventory = new ClusterInventory(api, { environment: "factory", pause: () => Promise.resolve() });
  return { inventory, calls, objects };
}

const OWN = { "splitfleet/environment": "factory" };
const summary = async (inventory: ClusterInventory) =>
  (await inventory.list()).map(({ kind, id, environment }) => [kind, id, environment]);

test("lists load balancers, namespaces with disks of a cloud, and disks that a claim has left", async () => {
  const { inventory } = server([
    balancer("public", "LoadBalancer"),
    balancer("inside", "ClusterIP"),
    team("shop", OWN),
    team("by-hand", {}),
    team("without-disks", OWN),
    disk("pv-1", "shop", CSI),
    disk("pv-2", "by-hand", CSI),
    disk("pv-3", "gone", CSI),
    disk("pv-4", "shop", { local: { path: "/data" } }),
  ]);
  expect(await summary(inventory)).toEqual([
    ["Service", "web/public", "factory"],
    ["Namespace", "shop", "factory"],
    ["Namespace", "by-hand", undefined],
    ["PersistentVolume", "pv-3", "factory"],
  ]);
});

test("gives the disks of a namespace back to their cloud, also those that it would keep", async () => {
  const { inventory, calls, objects } = server([team("shop", OWN), disk("pv-1", "shop", CSI)]);
  for (const found of await inventory.list()) await inventory.remove(found);
  expect(calls).toEqual(["apply pv-1", "delete Namespace shop"]);
  expect(objects).toEqual([]);
});

test("names what a finalizer holds after ten minutes", async () => {
  const { inventory } = server([balancer("public", "LoadBalancer")], { stuck: true });
  const [found] = await inventory.list();
  await expect(inventory.remove(found ?? expect.fail("there is a Service"))).rejects.toThrow(
    "Service public is still there after 10 minutes; see its finalizers",
  );
});

test("says that it can not ask a cluster that does not answer", async () => {
  const refuse = () => Promise.reject(new Error("connect ECONNREFUSED"));
  const api = { list: refuse, get: refuse, apply: refuse, delete: refuse };
  const inventory = new ClusterInventory(api, { environment: "factory" });
  await expect(inventory.list()).rejects.toMatchObject({
    name: "Unasked",
    message: "the cluster can not be asked: connect ECONNREFUSED",
  });
});
