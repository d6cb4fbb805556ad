import { createHash, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { type Registration, Registrations } from "../../../sandbox/machines/registrations.ts";
import { readFaults } from "../../../sandbox/twin/world/settings.ts";
import { NodeControlError, type NodeControl, type NodeState } from "../control.ts";
import type { Binary, EtcdSnapshot, Maintenance, SystemUpdates, VaultMember } from "./maintenance.ts";

const snapshot = z.strictObject({
  name: z.string(),
  environment: z.string(),
  takenAt: z.iso.datetime(),
  k3s: z.string().optional(),
  /** Of the server token of its day. */
  tokenSha256: z.string(),
});
const state = z.strictObject({
  /** Grants what a real one would: the right to restore. */
  serverToken: z.string(),
  snapshots: z.array(snapshot).default([]),
  /** By host name, what apt would install. */
  updates: z.record(z.string(), z.strictObject({ packages: z.int(), restart: z.boolean() })).default({}),
  vaultLead: z.string().optional(),
  sealed: z.array(z.string()).default([]),
  /** Whose etcd was removed. */
  emptied: z.array(z.string()).default([]),
  /** Snapshot that etcd was last reset to. */
  restored: z.string().optional(),
});
type State = z.infer<typeof state>;

export interface TwinMaintenanceOptions {
  readonly environment: string;
  readonly now?: () => Date;
}

/**
 * What simulated nodes do in an upgrade or a restore. Their versions stand where the twin keeps what nodes have registered;
 * Vault, packages and copies of etcd in `world/maintenance.json`. A node named under `failedUpgrades` of `faults.json` does not
 * become healthy with another version.
 */
export class TwinMaintenance implements Maintenance {
  readonly #marker: string;
  readonly #file: string;
  readonly #registrations: Registrations;
  readonly #control: Pick<NodeControl, "nodes">;
  readonly #environment: string;
  readonly #now: () => Date;

  /** @param marker Folder of the rehearsal. */
  constructor(marker: string, control: Pick<NodeControl, "nodes">, options: TwinMaintenanceOptions) {
    const { environment, now = () => new Date() } = options;
    this.#marker = marker;
    this.#file = path.join(marker, "world", "maintenance.json");
    this.#registrations = new Registrations(marker);
    this.#control = control;
    this.#environment = environment;
    this.#now = now;
  }

  async install(
    node: string,
    { component, version }: { readonly component: Binary; readonly version: string },
  ): Promise<void> {
    const before = (await this.#registration(node)).versions;
    const runs = before[component];
    if (runs === version) return;
    if (readFaults(this.#marker).failedUpgrades?.includes(node) === true) {
      throw new NodeControlError(`${node}: ${component} ${version} failed; ${runs ?? "none"} runs again`);
    }
    await this.#change(node, { versions: { ...before, [component]: version } });
    if (component === "vault") this.#seal(node);
  }

  updates(node: string): Promise<SystemUpdates> {
    return Promise.resolve(this.#read().updates[node] ?? { packages: 0, restart: false });
  }

  async updateSystem(node: string): Promise<void> {
    if (readFaults(this.#marker).failedUpgrades?.includes(node) === true) {
      await this.#change(node, { running: false });
      return;
    }
    const { [node]: waits, ...rest } = this.#read().updates;
    this.#write({ updates: rest });
    if (waits?.restart === true) this.#seal(node);
  }

  async vaultMembers(): Promise<readonly VaultMember[]> {
    const { vaultLead, sealed } = this.#read();
    const members = (await this.#control.nodes()).filter(({ versions }) => versions.vault !== undefined);
    const able = members.filter(({ name }) => !sealed.includes(name)).map(({ name }) => name);
    const lead = able.find((name) => name === vaultLead) ?? able[0];
    return members.map(({ name }) => ({ node: name, active: name === lead, sealed: sealed.includes(name) }));
  }

  async stepDown(node: string): Promise<void> {
    const others = (await this.vaultMembers()).filter((member) => member.node !== node && !member.sealed);
    const [next] = others;
    if (next === undefined) throw new NodeControlError(`${node}: no other member of Vault can take the lead`);
    this.#write({ vaultLead: next.node });
  }

  /** As a person does with the keys that the ceremony gave out. */
  unseal(node: string): void {
    this.#write({ sealed: this.#read().sealed.filter((each) => each !== node) });
  }

  snapshots(): Promise<readonly EtcdSnapshot[]> {
    const all = this.#read().snapshots.map(({ tokenSha256: _, k3s, ...rest }) => ({ ...rest, k3s }));
    return Promise.resolve(all.toSorted((a, b) => (a.takenAt < b.takenAt ? 1 : -1)));
  }

  async takeSnapshot(node: string, name: string): Promise<void> {
    const { snapshots, serverToken } = this.#read();
    if (snapshots.some((each) => each.name === name)) return;
    const { k3s } = (await this.#registration(node)).versions;
    const copy = {
      name,
      environment: this.#environment,
      takenAt: this.#now().toISOString(),
      ...(k3s === undefined ? {} : { k3s }),
      tokenSha256: sha256(serverToken),
    };
    this.#write({ snapshots: [...snapshots, copy] });
  }

  async stopServer(node: string): Promise<void> {
    await this.#change(node, { running: false });
  }

  async resetTo(
    node: string,
    { snapshot: name, token }: { readonly snapshot: string; readonly token: string },
  ): Promise<void> {
    const copy = this.#read().snapshots.find((each) => each.name === name);
    if (copy === undefined) throw new NodeControlError(`${node}: there is no snapshot ${name}`);
    if (copy.tokenSha256 !== sha256(token)) {
      throw new NodeControlError(
        `${node}: bootstrap data is encrypted with another token than the one given; etcd was not changed`,
      );
    }
    const { emptied } = this.#read();
    this.#write({ restored: name, serverToken: token, emptied: emptied.filter((each) => each !== node) });
    for (const server of await this.#servers()) await this.#change(server.name, { etcdMember: server.name === node });
  }

  async removeData(node: string): Promise<void> {
    await this.#registration(node);
    const { emptied } = this.#read();
    this.#write({ emptied: [...emptied.filter((each) => each !== node), node] });
  }

  async startServer(node: string, { token }: { readonly token: string }): Promise<void> {
    const { emptied, restored, serverToken } = this.#read();
    if (token !== serverToken) throw new NodeControlError(`${node}: the token is not the cluster's; it does not join`);
    const { etcdMember } = await this.#registration(node);
    if (restored !== undefined && !etcdMember && !emptied.includes(node)) {
      throw new NodeControlError(`${node}: its data is of the etcd before the restore; remove it first`);
    }
    this.#write({ emptied: emptied.filter((each) => each !== node) });
    await this.#change(node, { running: true, etcdMember: true, node: true });
  }

  async #servers(): Promise<readonly NodeState[]> {
    return (await this.#control.nodes()).filter(({ role }) => role === "server");
  }

  #seal(node: string): void {
    if (this.#registrations.get(node)?.versions.vault === undefined) return;
    const { sealed } = this.#read();
    this.#write({ sealed: [...sealed.filter((each) => each !== node), node] });
  }

  /** What is registered under the name, or what the machine would register when it is first seen. */
  async #registration(name: string): Promise<Registration> {
    const node = (await this.#control.nodes()).find((each) => each.name === name);
    if (node === undefined) throw new NodeControlError(`${name}: there is no such node`);
    const known = this.#registrations.get(name);
    if (known?.machine === node.machine) return known;
    const { pool, provider, role, machine, ready, cordoned, etcdMember, versions } = node;
    const inCluster = role !== "compose";
    const seen = { pool, provider, role, machine, cordoned, etcdMember, versions, running: ready };
    return { ...seen, node: inCluster, device: true, drained: false };
  }

  async #change(name: string, changes: Partial<Registration>): Promise<void> {
    this.#registrations.set(name, { ...(await this.#registration(name)), ...changes });
  }

  #read(): State {
    if (existsSync(this.#file)) return state.parse(JSON.parse(readFileSync(this.#file, "utf8")));
    this.#put(state.parse({ serverToken: `K10${sha256(this.#marker)}::server:${randomBytes(16).toString("hex")}` }));
    return this.#read();
  }

  #write(changes: Partial<State>): void {
    this.#put({ ...this.#read(), ...changes });
  }

  #put(next: State): void {
    mkdirSync(path.dirname(this.#file), { recursive: true, mode: 0o700 });
    const temporary = `${this.#file}.${process.pid}.tmp`;
    writeFileSync(temporary, `${JSON.stringify(next, undefined, 2)}\n`, { mode: 0o600 });
    renameSync(temporary, this.#file);
  }
}

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
