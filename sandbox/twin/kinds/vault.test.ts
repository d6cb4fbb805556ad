import { afterEach, beforeEach, expect, test } from "vitest";
import { TestRehearsal, urnOf, type TestProvider } from "../protocol/test-client.ts";

const backend = urnOf("vault:index/authBackend:AuthBackend", "approle");
const role = urnOf("vault:appRole/authBackendRole:AuthBackendRole", "node");

let rehearsal: TestRehearsal;
let vault: TestProvider;
beforeEach(async () => {
  rehearsal = new TestRehearsal();
  vault = await rehearsal.provider("vault");
});
afterEach(() => rehearsal.end());

test("a role needs its auth backend and vanishes with it", async () => {
  const wanted = { backend: "approle", roleName: "node" };
  await expect(vault.create(role, wanted)).rejects.toThrow(
    'no handler for route "auth/approle/". route entry not found.',
  );
  const { id, state } = await vault.create(backend, { type: "approle" });
  expect(state["path"]).toBe("approle");
  await vault.create(role, wanted);
  await expect(vault.create(role, wanted)).rejects.toThrow("role node already exists in auth/approle");
  await vault.delete(backend, id);
  expect(rehearsal.world.objects("vault").all()).toEqual([]);
});

test("a mount is unique at its path and moves in place", async () => {
  const mount = urnOf("vault:index/mount:Mount", "kv");
  await vault.create(mount, { path: "kv", type: "kv-v2" });
  await expect(vault.create(mount, { path: "kv", type: "transit" })).rejects.toThrow("path is already in use at kv/");
  const moved = await vault.diff(mount, { path: "kv", type: "kv-v2" }, { path: "secrets", type: "kv-v2" });
  expect(moved.replaces).toEqual([]);
  const retyped = await vault.diff(mount, { path: "kv", type: "kv-v2" }, { path: "kv", type: "transit" });
  expect(retyped.replaces).toEqual(["type"]);
});

test.each([
  { outage: "vault-sealed", says: "Code: 503. Errors: * Vault is sealed" },
  { outage: "off-the-mesh", says: "no such host" },
])("nothing in Vault can be made, read or deleted while it is $outage", async ({ outage, says }) => {
  const { id } = await vault.create(backend, { type: "approle" });
  rehearsal.write("faults.json", { outages: [outage] });
  await expect(vault.create(role, { backend: "approle", roleName: "node" })).rejects.toThrow(says);
  await expect(vault.read(backend, id, { type: "approle" })).rejects.toThrow(says);
  await expect(vault.delete(backend, id)).rejects.toThrow(says);
  expect((await vault.diff(backend, { type: "approle" }, { type: "approle" })).detail).toEqual({});
});

test("a role for an identity of AWS is bound by name where Vault has no key of AWS", async () => {
  const aws = urnOf("vault:index/authBackend:AuthBackend", "aws");
  const client = urnOf("vault:aws/authBackendClient:AuthBackendClient", "client");
  const nodes = urnOf("vault:aws/authBackendRole:AuthBackendRole", "nodes");
  const arn = "arn:aws:iam::000000000000:role/burst";
  const wanted = { backend: "aws", role: "burst", authType: "iam", boundIamPrincipalArns: [arn] };
  await vault.create(aws, { type: "aws" });
  const { id } = await vault.create(client, { backend: "aws", iamServerIdHeaderValue: "vault" });
  await expect(vault.create(nodes, wanted)).rejects.toThrow(
    `unable to resolve ARN ${arn} to internal ID: NoCredentialProviders`,
  );
  await vault.delete(client, id);
  await vault.create(client, { backend: "aws", accessKey: "AKIAEXAMPLE", secretKey: "key" });
  await vault.create(nodes, wanted);
  await vault.create(nodes, { ...wanted, role: "other", resolveAwsUniqueIds: false });
});
