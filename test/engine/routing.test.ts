import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { meshPolicy } from "../../components/mesh/policy.ts";
import { meshEnvironment } from "../../stacks/layers/mesh.ts";
import { NetworkFleet } from "../tailnet/fleet.ts";
import { networkNodes } from "../tailnet/nodes.ts";
import { sandbox } from "../harness.ts";

/**
 * The sandbox's nodes with the routes, filters, kernel settings and VXLAN that the program gives them, joined by real
 * tailscaled processes under Headscale with the tailnet's own policy, over the real kernel. Kubelets, kube-proxy and
 * Flannel's daemon are not there.
 */
let fleet: NetworkFleet;

/** The policy without its tests: Headscale takes those only once every device is there that they name. */
let policy: object;

const SERVER = "operations";
const AGENT = "inference";
const BEHIND_NAT = "workshop";
const AWS = "burst";
const NODES = [SERVER, AGENT, BEHIND_NAT, AWS];

beforeAll(async () => {
  const environment = await sandbox();
  const mesh = meshEnvironment(environment);
  const { tests: _tests, sshTests: _sshTests, ...rest } = meshPolicy([mesh]);
  policy = rest;
  const nodes = await networkNodes(environment);
  expect(nodes.map(({ name, place }) => [name, place])).toEqual([
    [SERVER, "hetzner"],
    [AGENT, "hetzner"],
    [BEHIND_NAT, "behind NAT"],
    [AWS, "aws"],
  ]);
  fleet = await NetworkFleet.open(nodes, policy, mesh.operators);
});
afterAll(() => fleet[Symbol.asyncDispose]());

/** Daemons take in a change, and find their ways to each other, some time after they were told. */
const SETTLING_MS = 30_000;

/** What passed in the mesh from one node to another, in bytes. */
const sent = async (from: string, to: string): Promise<number> =>
  Object.values((await fleet.mesh.status(from)).Peer).find(({ HostName }) => HostName === to)?.TxBytes ?? -1;

describe("pods, on a Hetzner server, a Hetzner agent, behind NAT and at AWS", () => {
  it.each(NODES.map((name, index) => [name, index] as const))(
    "reach every other pod from %s under their own address",
    async (name, index) => {
      const own = `seen as 10.42.${index}.2`;
      const pods = Object.fromEntries(NODES.map((other) => [`pod on ${other}`, own]));
      // A foreign node's pods come to the server from the node's address; those of a Hetzner node through the tunnel.
      await expect
        .poll(() => fleet.fromPod(name), { timeout: SETTLING_MS })
        .toEqual({ ...pods, "API server": expect.stringMatching(/^seen as /) });
    },
  );
});

describe("nodes", () => {
  it("reach the API server at its private address, seen under an address that they can be answered at", async () => {
    expect(await fleet.fromNode(AGENT)).toEqual({ "API server": `seen as ${fleet.addressOf(AGENT)}` });
    for (const name of [BEHIND_NAT, AWS]) {
      expect(await fleet.fromNode(name)).toEqual({ "API server": `seen as ${await fleet.mesh.addressOf(name)}` });
    }
  });

  it("reach Vault at its address in the mesh, as do their pods, which come from the node's", async () => {
    for (const name of [AGENT, BEHIND_NAT, AWS]) {
      const own = `seen as ${await fleet.mesh.addressOf(name)}`;
      expect(await fleet.vaultFrom(name), name).toEqual({ node: own, pod: own });
    }
  });

  it("have a kubelet that the server reaches", async () => {
    const mesh = `seen as ${await fleet.mesh.addressOf(SERVER)}`;
    expect(await fleet.fromServer()).toEqual({
      [`kubelet of ${AGENT}`]: `seen as ${fleet.addressOf(SERVER)}`,
      [`kubelet of ${BEHIND_NAT}`]: mesh,
      [`kubelet of ${AWS}`]: mesh,
    });
  });

  it("reach nothing of each other that nobody has declared", async () => {
    const answers = await Promise.all(NODES.map((name) => fleet.fromNodeUndeclared(name)));
    const closed = NODES.map((name) =>
      Object.fromEntries(NODES.filter((other) => other !== name).map((other) => [other, "no answer"])),
    );
    expect(answers).toEqual(closed);
  });

  it("cut no packet into pieces on the way, as tailscaled would that finds its peers over the pods' network", async () => {
    for (const name of NODES) expect(await fleet.fragmentsOf(name), name).toBe(0);
  });

  it("keep what goes between Hetzner's private addresses out of the mesh", async () => {
    const before = await sent(AGENT, SERVER);
    await fleet.fromPod(AGENT);
    expect((await sent(AGENT, SERVER)) - before).toBe(0);
  });
});

describe("the proof fails", () => {
  it("where a Hetzner node announces no address: foreign pods do not find it", async () => {
    await fleet.mesh.tailscale(AGENT, "set", "--advertise-routes=");
    await expect
      .poll(() => fleet.fromPod(AWS), { timeout: SETTLING_MS })
      .toMatchObject({
        [`pod on ${SERVER}`]: "seen as 10.42.3.2",
        [`pod on ${AGENT}`]: "no answer",
      });
    await fleet.mesh.tailscale(AGENT, "set", `--advertise-routes=${fleet.addressOf(AGENT)}/32`);
    await expect
      .poll(() => fleet.fromPod(AWS), { timeout: SETTLING_MS })
      .toMatchObject({ [`pod on ${AGENT}`]: "seen as 10.42.3.2" });
  });

  it("where a foreign node takes no routes: it does not find the API server", async () => {
    await fleet.mesh.tailscale(BEHIND_NAT, "set", "--accept-routes=false");
    expect(await fleet.fromNode(BEHIND_NAT)).not.toMatchObject({ "API server": expect.stringMatching(/^seen/) });
    await fleet.mesh.tailscale(BEHIND_NAT, "set", "--accept-routes=true");
    await expect
      .poll(() => fleet.fromNode(BEHIND_NAT), { timeout: SETTLING_MS })
      .toMatchObject({ "API server": expect.stringMatching(/^seen/) });
  });

  it("where the policy grants no VXLAN from private addresses: pods at Hetzner do not find foreign ones", async () => {
    const text = JSON.stringify(policy).replace('"src":["10.10.1.0/24","10.10.2.0/24",', '"src":[');
    await fleet.mesh.setPolicy(JSON.parse(text));
    await expect
      .poll(() => fleet.fromPod(AGENT), { timeout: SETTLING_MS })
      .toMatchObject({ [`pod on ${AWS}`]: "no answer", [`pod on ${SERVER}`]: "seen as 10.42.1.2" });
    await fleet.mesh.setPolicy(policy);
    await expect
      .poll(() => fleet.fromPod(AGENT), { timeout: SETTLING_MS })
      .toMatchObject({ [`pod on ${AWS}`]: "seen as 10.42.1.2" });
  });

  it("where a Hetzner node takes routes and the policy lets it: private traffic goes through the mesh", async () => {
    await fleet.mesh.setPolicy({ ...policy, grants: [{ src: ["*"], dst: ["*"], ip: ["*"] }] });
    await fleet.mesh.tailscale(AGENT, "set", "--accept-routes=true");
    const passed = async (): Promise<number> => {
      const before = await sent(AGENT, SERVER);
      await fleet.fromPod(AGENT);
      return (await sent(AGENT, SERVER)) - before;
    };
    await expect.poll(passed, { timeout: SETTLING_MS }).toBeGreaterThan(50_000);
    await fleet.mesh.tailscale(AGENT, "set", "--accept-routes=false");
    await fleet.mesh.setPolicy(policy);
  });

  it("where the cluster's MTU is larger: the mesh has no room for it, and packets are cut into pieces", async () => {
    await expect(fleet.namespaces.ip(AWS, ["link set flannel.1 mtu 1231"])).rejects.toThrow("Invalid argument");
    await fleet.namespaces.ip(
      SERVER,
      ["flannel.1", "cni0", "pod0"].map((device) => `link set ${device} mtu 1400`),
    );
    for (const pod of [`${SERVER}-pod`, `${AWS}-pod`]) await fleet.namespaces.ip(pod, ["link set eth0 mtu 1400"]);
    await fleet.fromPod(SERVER);
    expect(await fleet.fragmentsOf(SERVER)).toBeGreaterThan(0);
  });
});
