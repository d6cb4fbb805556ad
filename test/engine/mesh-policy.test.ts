import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { meshPolicy, type MeshPolicy } from "../../components/mesh/policy.ts";
import { devicesOf, type MeshDevice } from "../../sandbox/mesh-policy/devices.ts";
import { type MeshProof, proveMesh } from "../../sandbox/mesh-policy/prove.ts";
import { resolveTool } from "../../sandbox/toolchain/resolve.ts";
import { loadEnvironment } from "../../stacks/environment-file.ts";
import { meshEnvironment } from "../../stacks/layers/mesh.ts";
import { networkNodes } from "../tailnet/nodes.ts";

/**
 * The policies of the reference environments, compiled by Headscale's policy engine and judged by Tailscale's own packet
 * filter: every port of every address of every device, from every other one.
 */
const STACKS = path.join(import.meta.dirname, "..", "..", "stacks");
const NAMES = ["sandbox", "starter", "production", "factory"] as const;

const load = async (name: string) => {
  const resolved = await loadEnvironment(path.join(STACKS, `Pulumi.${name}.yaml`));
  return { resolved, mesh: meshEnvironment(resolved) };
};
const fleets = Object.fromEntries(await Promise.all(NAMES.map(async (name) => [name, await load(name)] as const)));

let engine: string;
beforeAll(async () => void (engine = (await resolveTool("mesh-flows")).path));

interface Setting {
  readonly names: readonly string[];
  readonly change?: (policy: MeshPolicy) => object;
  readonly more?: readonly MeshDevice[];
}

function prove({ names, change = (policy) => policy, more = [] }: Setting): Promise<MeshProof> {
  const environments = names.flatMap((name) => fleets[name] ?? []);
  const meshes = environments.map(({ mesh }) => mesh);
  const policy = JSON.stringify(change(meshPolicy(meshes)));
  return proveMesh(engine, policy, meshes, [...devicesOf(environments), ...more]);
}

describe("what the policy lets through is what the environments declare, and nothing else", () => {
  it.each(NAMES)("in %s", async (name) => {
    expect((await prove({ names: [name] })).differences).toEqual([]);
  });

  it("where all of them share one tailnet: none reaches anything of another", async () => {
    const proof = await prove({ names: NAMES });
    expect(proof.differences).toEqual([]);
    const alone = await Promise.all(NAMES.map((name) => prove({ names: [name] })));
    // People who may use what several environments serve count once for each of them.
    expect(proof.passing).toBe(alone.reduce((sum, { passing }) => sum + passing, 0));
    expect(proof.engines).toEqual(["github.com/juanfont/headscale v0.29.2", "tailscale.com v1.102.3"]);
  });

  it("of devices that announce and take routes as the nodes' own scripts have them", async () => {
    const { resolved, mesh } = fleets["sandbox"] ?? (await load("sandbox"));
    const devices = devicesOf([{ resolved, mesh }]);
    for (const { name, joinFlags } of await networkNodes(resolved)) {
      const device = devices.find(({ tags }) => tags.includes(`tag:sandbox-${name}`));
      expect(joinFlags, name).toEqual([
        `--accept-routes=${device?.acceptRoutes}`,
        ...(device?.routes.length === 0
          ? []
          : [`--advertise-routes=${device?.routes.join(",")}`, "--snat-subnet-routes=false"]),
      ]);
    }
  });
});

describe("the proof fails", () => {
  const sandbox = (change: (policy: MeshPolicy) => object): Promise<MeshProof> => prove({ names: ["sandbox"], change });
  const grantOf = (policy: MeshPolicy, ip: string): number => policy.grants.findIndex((grant) => grant.ip.includes(ip));

  it("where a grant is missing", async () => {
    const { differences } = await sandbox((policy) => ({
      ...policy,
      grants: policy.grants.toSpliced(grantOf(policy, "udp:8472"), 1),
      tests: [],
    }));
    expect(differences).toContain(
      "blocked: sandbox-operations-1 by 10.10.1.11 -> sandbox-workshop-a, 8472/UDP: pods reach pods of foreign nodes",
    );
    expect(differences.every((line) => line.startsWith("blocked: ") && line.includes("8472/UDP"))).toBe(true);
  });

  it("where a grant is for every port", async () => {
    const { differences } = await sandbox((policy) => ({
      ...policy,
      grants: policy.grants.with(grantOf(policy, "tcp:10250"), {
        src: ["tag:sandbox-operations"],
        dst: ["tag:sandbox-workshop"],
        ip: ["*"],
      }),
      tests: [],
    }));
    expect(differences).toContain("open: sandbox-operations-1 -> sandbox-workshop-a, 1-65535/TCP");
  });

  it("where a tag stands for another one", async () => {
    const text = (policy: MeshPolicy): string =>
      JSON.stringify(policy.grants).replaceAll('"dst":["tag:sandbox-operations"]', '"dst":["tag:sandbox-inference"]');
    const { differences } = await sandbox((policy) => ({ ...policy, grants: JSON.parse(text(policy)), tests: [] }));
    expect(differences).toContain("open: sandbox-burst-1 -> sandbox-inference-1, 8200/TCP");
    expect(differences).toContain(
      "blocked: sandbox-burst-1 -> sandbox-operations-1, 8200/TCP: nodes fetch their tokens, and pods their secrets, from Vault",
    );
  });

  it("where the key of the grants is left out, which opens everything", async () => {
    const { differences } = await sandbox(({ grants: _grants, tests: _tests, ...rest }) => rest);
    expect(differences).toContain("open: colleague@example.org -> sandbox-operations-1, 1-65535/TCP");
  });

  it("where routes need an administrator", async () => {
    const { differences } = await sandbox((policy) => ({ ...policy, autoApprovers: { routes: {} }, tests: [] }));
    expect(differences).toContain("blocked: nothing approves 10.10.1.11/32 of sandbox-operations-1");
  });

  it("where a node may log in to another one", async () => {
    const { differences } = await sandbox((policy) => ({
      ...policy,
      ssh: policy.ssh.map((rule) => ({ ...rule, src: [...rule.src, "tag:sandbox-burst"] })),
    }));
    expect(differences).toContain("open: login sandbox-burst-1 -> root of sandbox-operations-1");
    expect(differences[0]).toMatch(/^the policy's own tests: /);
  });

  it("by the policy's own tests, which the service runs before it takes the file", async () => {
    const [own] = (await sandbox((policy) => ({ ...policy, grants: [] }))).differences;
    expect(own).toContain("tag:sandbox-burst -> tag:sandbox-operations:8200 (tcp): expected ALLOWED, got DENIED");
  });
});

it("a node can not take over an address that another pool's nodes announce", async () => {
  const thief: MeshDevice = {
    name: "thief",
    user: "",
    tags: ["tag:sandbox-burst"],
    addresses: ["100.64.0.99"],
    routes: ["10.10.1.11/32", "0.0.0.0/0"],
    acceptRoutes: true,
  };
  const { differences } = await prove({ names: ["sandbox"], more: [thief] });
  expect(differences).toEqual([
    "blocked: nothing approves 10.10.1.11/32 of thief",
    "blocked: nothing approves 0.0.0.0/0 of thief",
  ]);
});
