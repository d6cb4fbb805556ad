import { afterEach, beforeEach, expect, test } from "vitest";
import { TestRehearsal, urnOf, type TestProvider } from "../protocol/test-client.ts";
import type { Properties } from "../protocol/values.ts";

let rehearsal: TestRehearsal;
let hcloud: TestProvider;
beforeEach(async () => {
  rehearsal = new TestRehearsal();
  hcloud = await rehearsal.provider("hcloud");
});
afterEach(() => rehearsal.end());

async function make(kind: string, name: string, inputs: Properties): Promise<number> {
  const { id } = await hcloud.create(urn(kind, name), inputs);
  return Number(id);
}

function urn(kind: string, name: string): string {
  return urnOf(`hcloud:index/${kind}:${kind.charAt(0).toUpperCase()}${kind.slice(1)}`, name);
}

function node(name: string, more: Properties = {}): Properties {
  return { name, serverType: "cx23", image: "ubuntu-24.04", location: "fsn1", ...more };
}

function names(): unknown[] {
  return rehearsal.world
    .objects("hcloud")
    .all()
    .map(({ urn: owner }) => owner.split("::").at(-1));
}

test("of two servers of one name created at once, one is refused", async () => {
  const results = await Promise.allSettled([make("server", "a", node("same")), make("server", "b", node("same"))]);
  expect(results.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  await expect(make("server", "c", node("same"))).rejects.toThrow("server name is already used (uniqueness_error)");
});

test("what a server refers to must exist", async () => {
  await expect(make("server", "a", node("a", { firewallIds: [9_000_000_042] }))).rejects.toThrow(
    "firewallIds[*]: 9000000042 not found (not_found)",
  );
});

test("a firewall in use can not be deleted", async () => {
  const firewall = await make("firewall", "fw", { name: "fw" });
  const server = await make("server", "a", node("a", { firewallIds: [firewall] }));
  await expect(hcloud.delete(urn("firewall", "fw"), String(firewall))).rejects.toThrow(
    `firewall with ID '${firewall}' is still in use by server ${server} (resource_in_use)`,
  );
  await hcloud.delete(urn("server", "a"), String(server));
  await hcloud.delete(urn("firewall", "fw"), String(firewall));
  expect(names()).toEqual([]);
});

test("a subnet with a server can not be deleted, a network takes both along", async () => {
  const network = await make("network", "net", { name: "net", ipRange: "10.0.0.0/16" });
  const subnet = { networkId: network, type: "cloud", networkZone: "eu-central", ipRange: "10.0.1.0/24" };
  const { id: subnetId, state } = await hcloud.create(urn("networkSubnet", "sub"), subnet);
  expect([subnetId, state["gateway"]]).toEqual([`${network}-10.0.1.0/24`, "10.0.1.1"]);
  const server = await make("server", "a", node("a"));
  const attachment = await hcloud.create(urn("serverNetwork", "link"), { serverId: server, subnetId });
  expect(attachment.state["networkId"]).toBe(network);
  expect(attachment.state["ip"]).toMatch(/^10\.0\.1\.\d+$/);
  await expect(hcloud.delete(urn("networkSubnet", "sub"), subnetId)).rejects.toThrow("(resource_in_use)");
  await hcloud.delete(urn("network", "net"), String(network));
  expect(names()).toEqual(["a"]);
});

test("an address is given once in a network", async () => {
  const network = await make("network", "net", { name: "net", ipRange: "10.0.0.0/16" });
  const [one, two] = [await make("server", "a", node("a")), await make("server", "b", node("b"))];
  await hcloud.create(urn("serverNetwork", "a"), { serverId: one, networkId: network, ip: "10.0.0.5" });
  await expect(
    hcloud.create(urn("serverNetwork", "b"), { serverId: two, networkId: network, ip: "10.0.0.5" }),
  ).rejects.toThrow("IP 10.0.0.5 is not available (ip_not_available)");
});

test("a network takes 100 servers", async () => {
  const network = await make("network", "net", { name: "net", ipRange: "10.0.0.0/16" });
  for (let index = 0; index < 100; index += 1) {
    const serverId = await make("server", `n${index}`, node(`n${index}`));
    await hcloud.create(urn("serverNetwork", `n${index}`), { serverId, networkId: network, ip: `10.0.0.${index + 2}` });
  }
  const serverId = await make("server", "last", node("last"));
  await expect(hcloud.create(urn("serverNetwork", "last"), { serverId, networkId: network })).rejects.toThrow(
    "network has reached its limit of 100 servers (resource_limit_exceeded)",
  );
});

test("a placement group takes ten servers", async () => {
  const placementGroupId = await make("placementGroup", "spread", { name: "spread", type: "spread" });
  for (let index = 0; index < 10; index += 1) {
    await make("server", `n${index}`, node(`n${index}`, { placementGroupId }));
  }
  await expect(make("server", "last", node("last", { placementGroupId }))).rejects.toThrow(
    "placement group has reached its limit of 10 servers (placement_error)",
  );
});

test("user data may have 32 KiB", async () => {
  await make("server", "a", node("a", { userData: "x".repeat(32 * 1024) }));
  await expect(make("server", "b", node("b", { userData: "x".repeat(32 * 1024 + 1) }))).rejects.toThrow(
    "invalid input in field 'user_data' (invalid_input): [user_data => [Length must be between 0 and 32768.]]",
  );
});

test("delete and rebuild protection go together", async () => {
  await expect(make("server", "a", node("a", { deleteProtection: true }))).rejects.toThrow(
    "delete_protection and rebuild_protection must have the same value (invalid_input)",
  );
});

test("what is out of stock can neither be created nor resized to", async () => {
  rehearsal.write("world/stock.json", { hcloud: { cpx42: false, cx33: { fsn1: false } } });
  const server = await make("server", "a", node("a"));
  const message = (type: string): string => `error during placement of ${type} in fsn1 (resource_unavailable)`;
  await expect(make("server", "b", node("b", { serverType: "cpx42" }))).rejects.toThrow(message("cpx42"));
  await expect(hcloud.update(urn("server", "a"), String(server), node("a", { serverType: "cx33" }))).rejects.toThrow(
    message("cx33"),
  );
  await make("server", "c", node("c", { serverType: "cx33", location: "nbg1" }));
});

test("a server without a public network has no public address", async () => {
  const publicNets = [{ ipv4Enabled: false, ipv6Enabled: false }];
  const { state } = await hcloud.create(urn("server", "a"), node("a", { publicNets }));
  expect([state["ipv4Address"], state["ipv6Address"], state["ipv6Network"]]).toEqual(["", "", ""]);
});

test("a server is resized in place and replaced for what only a new one can have", async () => {
  const resized = await hcloud.diff(urn("server", "a"), node("a"), node("a", { serverType: "cx33" }));
  expect(resized).toEqual({ replaces: [], deleteBeforeReplace: false, detail: { serverType: "UPDATE" } });
  for (const changed of ["location", "image", "userData", "sshKeys"]) {
    const value = changed === "sshKeys" ? ["other"] : "other";
    const { replaces } = await hcloud.diff(urn("server", "a"), node("a"), node("a", { [changed]: value }));
    expect(replaces).toEqual([changed]);
  }
});

test("the cluster and Vault are gone with the last server", async () => {
  const [kubernetes, vault] = [await rehearsal.provider("kubernetes"), await rehearsal.provider("vault")];
  const [one, two] = [await make("server", "a", node("a")), await make("server", "b", node("b"))];
  await kubernetes.create(urnOf("kubernetes:core/v1:Namespace", "ns"), { metadata: { name: "ns" } });
  await vault.create(urnOf("vault:index/mount:Mount", "kv"), { path: "kv", type: "kv-v2" });
  await hcloud.delete(urn("server", "a"), String(one));
  expect(rehearsal.world.objects("kubernetes").all()).toHaveLength(1);
  await hcloud.delete(urn("server", "b"), String(two));
  expect([rehearsal.world.objects("kubernetes").all(), rehearsal.world.objects("vault").all()]).toEqual([[], []]);
});

test("a project takes as many servers as its limit says", async () => {
  rehearsal.write("faults.json", { quotas: { hcloudServers: 1 } });
  await make("server", "n1", node("n1"));
  await expect(make("server", "n2", node("n2"))).rejects.toThrow("server limit reached (resource_limit_exceeded)");
});

test("a server that never becomes ready exists, and the provider gives up waiting for it", async () => {
  rehearsal.write("faults.json", { neverReady: ["n1"] });
  await expect(make("server", "n1", node("n1"))).rejects.toThrow(
    "timeout while waiting for the object to become ready",
  );
  expect(rehearsal.world.objects("hcloud").all()).toHaveLength(1);
});
