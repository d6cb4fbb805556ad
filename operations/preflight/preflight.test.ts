import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { sandbox } from "../../test/harness.ts";
import { ownPolicy } from "../../stacks/tailnet.ts";
import { recordedHosts, SERVER_TYPES_PATH, serverTypes, type Answer, type Recorded } from "../resolve/testing.ts";
import { preflight, type PreflightOptions } from "./preflight.ts";

const TYPES = serverTypes([
  { name: "cpx32", stock: { fsn1: true } },
  { name: "cpx42", stock: { fsn1: true } },
]);
const GROUPS = "api.hetzner.cloud/v1/placement_groups";
const TOKEN = "api.tailscale.com/api/v2/oauth/token";
const POLICY = "api.tailscale.com/api/v2/tailnet/-/acl";
const answers: Record<string, Answer> = {
  [SERVER_TYPES_PATH]: TYPES,
  [GROUPS]: { status: 422, body: { error: { code: "invalid_input" } } },
  [TOKEN]: { body: { access_token: "t", scope: "auth_keys devices:core policy_file:read" } },
  [POLICY]: { body: JSON.parse(ownPolicy(await sandbox())) },
};
const credentials = {
  HCLOUD_TOKEN: "h",
  TAILSCALE_OAUTH_CLIENT_ID: "i",
  TAILSCALE_OAUTH_CLIENT_SECRET: "s",
  VAULT_TOKEN: "v",
};
const running = async () => ({ BackendState: "Running", CurrentTailnet: { MagicDNSSuffix: "sandbox.ts.net" } });

let hosts: Recorded | undefined;
let vault: http.Server;
let sealed: boolean;
let rights: readonly string[];
beforeEach(async () => {
  [sealed, rights] = [false, ["create", "update"]];
  vault = http.createServer((request, response) => {
    const paths = ["sys/mounts/preflight", "sys/auth/preflight", "sys/policies/acl/preflight"];
    const body = request.url?.endsWith("seal-status")
      ? { initialized: true, sealed }
      : Object.fromEntries(paths.map((path) => [path, rights]));
    response.end(JSON.stringify(body));
  });
  vault.listen(0, "127.0.0.1");
  await once(vault, "listening");
});
afterEach(async () => {
  await hosts?.close();
  hosts = undefined;
  vault.closeAllConnections();
  vault.close();
});

interface Differences extends Partial<Pick<PreflightOptions, "aws" | "mesh" | "environment">> {
  readonly answers?: Record<string, Answer>;
}

/** `id status: found` of everything but what is ok, and the fixes in the same order. */
async function problems({ answers: other = {}, ...options }: Differences = {}) {
  const { spec, lock } = await sandbox((environment) => {
    const { port } = vault.address() as AddressInfo;
    if (environment.spec.secrets !== undefined) environment.spec.secrets.vault.address = `http://127.0.0.1:${port}`;
  });
  hosts = await recordedHosts({ ...answers, ...other });
  const { checks, ok } = await preflight(
    { name: "sandbox", spec, lock },
    {
      today: "2026-11-21",
      environment: credentials,
      ask: hosts.ask,
      aws: async () => ({ value: { Quota: { Value: 192 } } }),
      mesh: running,
      ...options,
    },
  );
  const told = checks.filter(({ status, id }) => status !== "ok" && id !== "hetzner-limit");
  return {
    ok,
    told: told.map(({ id, status, found }) => `${id} ${status}: ${found}`),
    fixes: told.map(({ fix }) => fix),
  };
}

test("an environment whose accounts have what it needs passes", async () => {
  expect(await problems()).toEqual({ ok: true, told: [], fixes: [] });
});

test("an account without a quota for spot GPUs is told what to ask for", async () => {
  const { ok, told, fixes } = await problems({ aws: async () => ({ value: { Quota: { Value: 0 } } }) });
  expect({ ok, told }).toEqual({
    ok: false,
    told: ["aws-quota/burst/L-C4BD4855 failed: All P5 Spot Instance Requests in eu-north-1: 0 vCPUs, 192 wanted"],
  });
  expect(fixes[0]).toContain("--quota-code L-C4BD4855 --region eu-north-1 --desired-value 192");
});

test("a token that may only read is found before anything is created", async () => {
  const { told } = await problems({ answers: { [GROUPS]: { status: 403 } } });
  expect(told).toEqual(["hetzner-token failed: the token may only read"]);
});

test("a type that can not be ordered since it was locked leads to a new lock", async () => {
  const gone = serverTypes([
    { name: "cpx32", stock: { fsn1: false } },
    { name: "cpx42", stock: { fsn1: true } },
  ]);
  const { told, fixes } = await problems({ answers: { [SERVER_TYPES_PATH]: gone } });
  expect(told).toEqual(["hetzner-type/operations failed: cpx32 is not orderable in fsn1 now"]);
  expect(fixes).toEqual(["Run `npm run resolve -- sandbox` for another type."]);
});

test("missing credentials are named, each with what to do", async () => {
  expect((await problems({ environment: {} })).told).toEqual([
    "hetzner-token failed: HCLOUD_TOKEN is not set",
    "tailscale-scopes failed: TAILSCALE_OAUTH_CLIENT_ID and TAILSCALE_OAUTH_CLIENT_SECRET are not set",
    "vault-token failed: VAULT_TOKEN is not set",
  ]);
});

test("a scope that the OAuth client lacks is named", async () => {
  const { told } = await problems({ answers: { [TOKEN]: { body: { scope: "devices:core" } } } });
  expect(told).toEqual(["tailscale-scopes failed: lacks auth_keys"]);
});

test("a policy that does not know the environment, or that nobody may read, is told", async () => {
  const open = { acls: [{ action: "accept", src: ["*"], dst: ["*:*"] }] };
  const { told, fixes } = await problems({ answers: { [POLICY]: { body: open } } });
  expect(told).toEqual(["tailnet-policy failed: lacks what the environment needs in groups, tagOwners, grants, ssh"]);
  expect(fixes).toEqual(["Run `npm run mesh-policy -- sandbox --up`; docs/mesh.md says more."]);
  const blind = { [TOKEN]: { body: { access_token: "t", scope: "auth_keys devices:core" } } };
  expect((await problems({ answers: blind })).told).toEqual(["tailnet-policy warning: nobody may read the policy"]);
});

test("a grant of the environment that is missing is found among those of others", async () => {
  const policy = JSON.parse(ownPolicy(await sandbox()));
  const grants = [{ src: ["tag:other"], dst: ["tag:other"], ip: ["tcp:80"] }, ...policy.grants.slice(1)];
  const { told } = await problems({ answers: { [POLICY]: { body: { ...policy, grants } } } });
  expect(told).toEqual(["tailnet-policy failed: lacks what the environment needs in grants"]);
});

test.each([
  [undefined, "tailscale is not installed, so no node can be reached"],
  [{ BackendState: "NeedsLogin" }, "this machine is not in the mesh (NeedsLogin)"],
  [
    { BackendState: "Running", CurrentTailnet: { MagicDNSSuffix: "other.ts.net" } },
    "this machine is in other.ts.net, the environment is in sandbox.ts.net",
  ],
])("a runner off the mesh is told so: %o", async (status, found) => {
  expect((await problems({ mesh: async () => status })).told).toEqual([`tailnet failed: ${found}`]);
});

test("a sealed Vault and a token without rights are told", async () => {
  rights = ["deny"];
  expect((await problems()).told).toEqual([
    "vault-token failed: may not write sys/mounts/preflight, sys/auth/preflight, sys/policies/acl/preflight",
  ]);
  await hosts?.close();
  sealed = true;
  expect((await problems()).told).toEqual(["vault failed: sealed"]);
});

test("a service that does not answer keeps no other from being asked", async () => {
  const { told } = await problems({ answers: { [SERVER_TYPES_PATH]: { status: 500 } } });
  expect(told).toHaveLength(1);
  expect(told[0]).toMatch(/^hetzner failed: .*answered 500/);
});
