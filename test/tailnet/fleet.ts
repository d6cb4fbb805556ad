import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { z } from "zod";
import { buildPodNetwork, type Member, podAddress, podOn } from "./flannel.ts";
import { Mesh } from "./mesh.ts";
import { Namespaces } from "./namespaces.ts";
import type { NetworkNode } from "./nodes.ts";
import { buildUnderlay, PRIVATE_INTERFACE } from "./underlay.ts";

const PEER = path.join(import.meta.dirname, "peer.ts");
const API_PORT = "6443";
const KUBELET_PORT = "10250";
const POD_PORT = "8080";
const VAULT_PORT = "8200";
/** Where a node serves what nobody has declared. */
const OTHER_PORT = "9999";

/** What somebody got who called, by whom was called: `seen as <address>`, or why not. */
export type Answers = Readonly<Record<string, string>>;

/** One node of each pool with its pod, joined by the real mesh, everything in namespaces of the real kernel. */
export class NetworkFleet implements AsyncDisposable {
  readonly namespaces: Namespaces;
  readonly mesh: Mesh;
  readonly #folder: string;
  readonly #members: readonly Member[];

  private constructor(namespaces: Namespaces, mesh: Mesh, folder: string, members: readonly Member[]) {
    this.namespaces = namespaces;
    this.mesh = mesh;
    this.#folder = folder;
    this.#members = members;
  }

  /**
   * @param nodes The k3s server first.
   * @param policy What the mesh lets through.
   * @param people Everybody whom the policy names.
   */
  static async open(nodes: readonly NetworkNode[], policy: object, people: readonly string[]): Promise<NetworkFleet> {
    const folder = mkdtempSync(path.join(tmpdir(), "splitfleet-tailnet-"));
    const namespaces = await Namespaces.open();
    try {
      await buildUnderlay(namespaces, nodes);
      const mesh = await Mesh.start(namespaces, folder, people);
      await mesh.setPolicy(policy);
      for (const { name, tag, joinFlags } of nodes) await mesh.join(name, tag, joinFlags);
      const members: Member[] = [];
      for (const { name, privateAddress, clusterMtu } of nodes) {
        const address = privateAddress ?? (await mesh.addressOf(name));
        const link = privateAddress === undefined ? "tailscale0" : PRIVATE_INTERFACE;
        members.push({ name, address, interface: link, mtu: clusterMtu });
      }
      await buildPodNetwork(namespaces, members);
      const routes = nodes.map(({ name, privateAddress }) => [name, privateAddress ? [`${privateAddress}/32`] : []]);
      await mesh.settle(
        members.map(({ name }) => name),
        Object.fromEntries(routes),
        nodes.filter(({ joinFlags }) => joinFlags.includes("--accept-routes=true")).map(({ name }) => name),
      );
      const fleet = new NetworkFleet(namespaces, mesh, folder, members);
      fleet.#serve();
      return fleet;
    } catch (error) {
      await namespaces[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true });
      throw error;
    }
  }

  #serve(): void {
    for (const [index, { name }] of this.#members.entries()) {
      const serve = (namespace: string, port: string) =>
        this.namespaces.start(namespace, [process.execPath, PEER, "serve", port]);
      serve(podOn(name), POD_PORT);
      serve(name, index === 0 ? API_PORT : KUBELET_PORT);
      serve(name, OTHER_PORT);
      if (index === 0) serve(name, VAULT_PORT);
    }
  }

  /** Address of a node as the cluster knows it. */
  addressOf(name: string): string {
    const member = this.#members.find((each) => each.name === name);
    if (member === undefined) throw new Error(`no node ${name}`);
    return member.address;
  }

  /** What a node's pod gets of every pod, and of the API server. */
  fromPod(name: string): Promise<Answers> {
    const pods = this.#members.map((member, index) => [`pod on ${member.name}`, `${podAddress(index)}:${POD_PORT}`]);
    return this.#call(podOn(name), Object.fromEntries([...pods, this.#api()]));
  }

  /** What a node gets of the API server. */
  fromNode(name: string): Promise<Answers> {
    return this.#call(name, Object.fromEntries([this.#api()]));
  }

  /** What a node and its pod get of Vault, which everybody calls by its name in the mesh. */
  async vaultFrom(name: string): Promise<Answers> {
    const vault = `${await this.mesh.addressOf(this.#members[0]?.name ?? "")}:${VAULT_PORT}`;
    const [node, pod] = await Promise.all([name, podOn(name)].map((from) => this.#call(from, { vault })));
    return { node: node?.["vault"] ?? "nothing", pod: pod?.["vault"] ?? "nothing" };
  }

  /** What the server gets of every other node's kubelet, for logs and shells. */
  fromServer(): Promise<Answers> {
    const [server, ...others] = this.#members;
    const kubelets = others.map(({ name, address }) => [`kubelet of ${name}`, `${address}:${KUBELET_PORT}`]);
    return this.#call(server?.name ?? "", Object.fromEntries(kubelets));
  }

  /** What a node gets of the port of every other one that nobody has declared, by the mesh. */
  async fromNodeUndeclared(name: string): Promise<Answers> {
    const others = this.#members.filter((member) => member.name !== name);
    const targets = others.map(async (other) => [other.name, `${await this.mesh.addressOf(other.name)}:${OTHER_PORT}`]);
    return this.#call(name, Object.fromEntries(await Promise.all(targets)));
  }

  /** Packets that a node had to cut into pieces since it was there. */
  async fragmentsOf(name: string): Promise<number> {
    const [names = [], values = []] = (await this.namespaces.run(name, ["cat", "/proc/net/snmp"]))
      .split("\n")
      .filter((line) => line.startsWith("Ip:"))
      .map((line) => line.split(" "));
    return Number(values[names.indexOf("FragCreates")]);
  }

  #api(): [string, string] {
    return ["API server", `${this.#members[0]?.address ?? ""}:${API_PORT}`];
  }

  async #call(namespace: string, targets: Readonly<Record<string, string>>): Promise<Answers> {
    const command = [process.execPath, PEER, "call", ...Object.values(targets)] as const;
    const answers = z.array(z.string()).parse(JSON.parse(await this.namespaces.run(namespace, command)));
    return Object.fromEntries(Object.keys(targets).map((name, index) => [name, answers[index] ?? "nothing"]));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.namespaces[Symbol.asyncDispose]();
    rmSync(this.#folder, { recursive: true });
  }
}
