import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import type { Properties } from "../twin/protocol/values.ts";
import { World } from "../twin/world/world.ts";
import { digestOf } from "../vault/secrets.ts";
import { VaultServer } from "../vault/server.ts";
import { writeKv, writeVault } from "../vault/state.ts";
import type { AdmissionFacts } from "../../stacks/admission.ts";
import { authorityOf, joinCluster } from "./k3s.ts";
import type { Machine } from "./machines.ts";

const ROOT_TOKEN = "hvs.root";
const OTHER_AUTHORITY = "0".repeat(64);
const OWN = "/etc/splitfleet/k3s-token";

let marker: string;
let vault: VaultServer;
beforeEach(async () => {
  marker = mkdtempSync(path.join(tmpdir(), "splitfleet-k3s-"));
  const opened = { initialized: true, sealed: false, threshold: 0, shares: [], given: [] };
  writeVault(marker, { ...opened, rootToken: digestOf(ROOT_TOKEN) });
  vault = await VaultServer.start(marker);
  put("vault:index/mount:Mount", { path: "kv", type: "kv" });
  for (const [role, reads] of Object.entries({ server: ["server", "agent"], agent: ["agent"] })) {
    const policy = reads.map((name) => `path "kv/data/${name}" {\n  capabilities = ["read"]\n}\n`).join("\n");
    put("vault:index/policy:Policy", { name: role, policy });
    put("vault:appRole/authBackendRole:AuthBackendRole", { backend: "roles", roleName: role, tokenPolicies: [role] });
  }
});
afterEach(async () => {
  await vault[Symbol.asyncDispose]();
  rmSync(marker, { recursive: true });
});

function put(type: string, inputs: Properties): void {
  const id = `${type} ${String(inputs["name"] ?? inputs["roleName"] ?? inputs["path"])}`;
  const rest = { facts: {}, revision: 1, createdAt: "2026-11-21T00:00:00Z" };
  new World(marker).put("create", { package: "vault", type, id, urn: id, inputs, ...rest });
}

const machine = (role: "server" | "agent"): Machine => ({ id: "1", name: role, pool: "p", provider: "hetzner", role });

/** What an operator pushes to a machine. */
async function factsFor(role: "server" | "agent", join: string | null, field: string): Promise<AdmissionFacts> {
  const answer = await fetch(`${vault.address}/v1/auth/roles/role/${role}/secret-id`, {
    method: "POST",
    headers: { "x-vault-token": ROOT_TOKEN, "x-vault-wrap-ttl": "60" },
  });
  const { wrap_info: wrapped } = z.object({ wrap_info: z.object({ token: z.string() }) }).parse(await answer.json());
  return {
    vault: vault.address,
    approle: "roles",
    kv: "kv",
    role_id: `vault:appRole/authBackendRole:AuthBackendRole ${role}`,
    wrapped: wrapped.token,
    join,
    tokens: [
      ...(role === "server" ? [{ file: "/etc/splitfleet/k3s-agent-token", secret: "agent", field: "password" }] : []),
      { file: OWN, secret: role, field },
    ],
  };
}

function write(authority: string, { server = "s", agent = "a" } = {}): void {
  writeKv(marker, {
    "kv/data/server": [{ password: server, token: `K10${authority}::server:${server}` }],
    "kv/data/agent": [{ password: agent, token: `K10${authority}::node:${agent}` }],
  });
}

const found = async (): Promise<void> =>
  joinCluster(marker, machine("server"), await factsFor("server", null, "password"));
const joins = async (role: "server" | "agent", field = "token"): Promise<void> =>
  joinCluster(marker, machine(role), await factsFor(role, "https://10.0.0.1:6443", field));

test("the first server founds with the short form, and the others join by what pins its authority", async () => {
  write(OTHER_AUTHORITY);
  await found();
  write(authorityOf(marker) ?? "");
  await joins("server");
  await joins("agent");
});

test("the first server takes no token that pins an authority", async () => {
  write(OTHER_AUTHORITY);
  const facts = await factsFor("server", null, "token");
  await expect(joinCluster(marker, machine("server"), facts)).rejects.toThrow("in the short form alone");
  expect(authorityOf(marker)).toBeUndefined();
});

test("a token that pins another cluster, none, or has another password does not join", async () => {
  write(OTHER_AUTHORITY);
  await found();
  await expect(joins("agent")).rejects.toThrow("token CA hash does not match the Cluster CA certificate hash");
  await expect(joins("agent", "password")).rejects.toThrow("the token does not pin the cluster's authority");
  write(authorityOf(marker) ?? "", { agent: "another" });
  await expect(joins("agent")).rejects.toThrow("401 Unauthorized");
  await expect(joins("server")).rejects.toThrow("this server would not know the agents of the others");
});

test("a secret id is good for one login, and for its role's secrets alone", async () => {
  write(OTHER_AUTHORITY);
  const facts = await factsFor("server", null, "password");
  await joinCluster(marker, machine("server"), facts);
  await expect(joinCluster(marker, machine("server"), facts)).rejects.toThrow("wrapping token is not valid");
  const curious = await factsFor("agent", "https://10.0.0.1:6443", "token");
  const tokens = [{ file: OWN, secret: "server", field: "token" }];
  await expect(joinCluster(marker, machine("agent"), { ...curious, tokens })).rejects.toThrow(
    'Vault answered 403 for kv/data/server: {"errors":["permission denied"]}',
  );
});
