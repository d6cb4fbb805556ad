import { change, fill, groupsOf, instancesOf } from "../../sandbox/burst/groups.ts";
import { type Machine, machinesOf } from "../../sandbox/machines/machines.ts";
import { type Registration, Registrations } from "../../sandbox/machines/registrations.ts";
import { authorityOf, joinCluster, JoinError } from "../../sandbox/machines/k3s.ts";
import { hasOutage, readFaults } from "../../sandbox/twin/world/settings.ts";
import { World } from "../../sandbox/twin/world/world.ts";
import { VaultServer } from "../../sandbox/vault/server.ts";
import { readVault } from "../../sandbox/vault/state.ts";
import type { ResolvedEnvironment } from "../../stacks/environment-file.ts";
import { type PlacedWorkload, placedWorkloads } from "../../stacks/placement.ts";
import { rehearsedOperators, withVaultAt } from "../bootstrap/rehearsed.ts";
import { admissionFacts } from "./admission.ts";
import {
  type AdmissionState,
  type AdmitOptions,
  type BlockedBudget,
  type EtcdMember,
  type LocalVolume,
  type NodeControl,
  NodeControlError,
  type NodeState,
} from "./control.ts";
import { mayLeave } from "./etcd.ts";
import { blockedBudgets, type PodNode, volumesOn } from "./twin-pods.ts";
import { bundleOn, isReady, isSomethingLeft, leftoversOf, registrationOf } from "./twin-registration.ts";

interface Standing {
  readonly name: string;
  /** Undefined where the machine is gone and only its registration is left. */
  readonly machine: Machine | undefined;
  /** Undefined before a new machine has joined. */
  readonly own: Registration | undefined;
  /** What is left of a machine before it, which keeps a new one from joining. */
  readonly leftover: Registration | undefined;
}

/**
 * Running nodes of the simulated clouds. Machines are the servers and instances of the world; what cluster, mesh and etcd
 * know of them stands beside it. A machine has to be admitted, with tokens from the rehearsal's Vault; one that takes another's
 * place not before Node, device and member of the other are gone, as in a real fleet. Only in a world without a Vault does
 * a machine join by itself the first time it is seen under its name.
 */
export class TwinNodeControl implements NodeControl {
  readonly #environment: ResolvedEnvironment;
  readonly #workloads: readonly PlacedWorkload[];
  readonly #world: World;
  readonly #registrations: Registrations;

  /** @param marker Folder of the rehearsal. */
  constructor(marker: string, environment: ResolvedEnvironment) {
    this.#environment = environment;
    this.#workloads = placedWorkloads(environment);
    this.#world = new World(marker);
    this.#registrations = new Registrations(marker);
  }

  nodes(): Promise<readonly NodeState[]> {
    return Promise.resolve(this.#look());
  }

  cordon(node: string): Promise<void> {
    return this.#change(node, { cordoned: true });
  }

  uncordon(node: string): Promise<void> {
    return this.#change(node, { cordoned: false, drained: false });
  }

  async drain(node: string): Promise<readonly string[]> {
    const blocked = await this.blockedBudgets(node);
    if (blocked.length > 0) return blocked.map(({ pod }) => pod);
    await this.#change(node, { drained: true });
    return [];
  }

  etcdMembers(): Promise<readonly EtcdMember[]> {
    const members = this.#look().filter(({ etcdMember }) => etcdMember);
    return Promise.resolve(members.map(({ name, ready }) => ({ node: name, healthy: ready })));
  }

  async removeEtcdMember(node: string): Promise<void> {
    const members = await this.etcdMembers();
    if (!members.some((member) => member.node === node)) return;
    const refusal = mayLeave(node, members);
    if (refusal !== undefined) throw new NodeControlError(refusal);
    await this.#change(node, { etcdMember: false });
  }

  localVolumes(node: string): Promise<readonly LocalVolume[]> {
    return Promise.resolve(volumesOn(node, this.#podNodes(), this.#workloads));
  }

  blockedBudgets(node: string): Promise<readonly BlockedBudget[]> {
    return Promise.resolve(blockedBudgets(node, this.#podNodes(), this.#inCluster()));
  }

  deleteNode(node: string): Promise<void> {
    return this.#change(node, { node: false });
  }

  deleteMeshDevice(node: string): Promise<void> {
    return this.#change(node, { device: false });
  }

  stop(node: string): Promise<void> {
    return this.#change(node, { running: false });
  }

  admissions(nodes: readonly string[]): Promise<ReadonlyMap<string, AdmissionState>> {
    const offTheMesh = hasOutage(this.#world.marker, "off-the-mesh");
    const standings = new Map(offTheMesh ? [] : this.#machines().map((each) => [each.name, each]));
    const stateOf = (node: string): AdmissionState => {
      const { machine, own } = standings.get(node) ?? {};
      return machine === undefined ? "unreachable" : own === undefined ? "waiting" : "admitted";
    };
    return Promise.resolve(new Map(nodes.map((node) => [node, stateOf(node)])));
  }

  async admit(node: string, options: AdmitOptions): Promise<void> {
    const { machine, own, leftover } = this.#standing(node);
    if (own !== undefined) return;
    if (machine === undefined) throw new NodeControlError(`${node}: there is no machine of that name to admit`);
    if (leftover !== undefined) {
      throw new NodeControlError(`${node} can not join: ${leftoversOf(leftover)} of the machine before it still exist`);
    }
    const { server, founds = false } = options;
    const ready = this.#look().some((each) => each.name === server && each.role === "server" && each.ready);
    if (!ready && !founds) {
      throw new NodeControlError(`${node} can not join: no server that runs was named, got ${server ?? "none"}`);
    }
    if (this.#isBootstrapped()) await this.#receive(machine, options);
    this.#registrations.set(node, registrationOf(this.#environment, machine));
  }

  clusterAuthority(server: string): Promise<string> {
    const hash = authorityOf(this.#world.marker);
    const ready = this.#look().some(({ name, role, ready }) => name === server && role === "server" && ready);
    return ready && hash !== undefined
      ? Promise.resolve(hash)
      : Promise.reject(new NodeControlError(`${server}: k3s does not become ready; see journalctl --unit k3s`));
  }

  terminateInstance(pool: string, instance: string): Promise<void> {
    const found = instancesOf(this.#world).find((each) => each.pool === pool && each.id === instance);
    if (found !== undefined) this.#world.remove(found.object);
    this.#settle();
    return Promise.resolve();
  }

  waitReady(node: string): Promise<void> {
    const { machine, leftover } = this.#standing(node);
    if (this.#look().some(({ name, ready }) => name === node && ready)) return Promise.resolve();
    const why =
      machine === undefined
        ? "there is no machine"
        : leftover === undefined
          ? "the machine has not joined"
          : `${leftoversOf(leftover)} of the machine before it still exist`;
    return Promise.reject(new NodeControlError(`${node} does not become ready: ${why}`));
  }

  waitSuccessor(pool: string, { besides }: { readonly besides: readonly string[] }): Promise<string> {
    const found = this.#look().find((each) => each.pool === pool && each.ready && !besides.includes(each.machine));
    return found === undefined
      ? Promise.reject(new NodeControlError(`pool ${pool}: no new node has come; its group makes none`))
      : Promise.resolve(found.name);
  }

  /** The machine gets its admission as a real one does, from the rehearsal's Vault. */
  async #receive(machine: Machine, options: AdmitOptions): Promise<void> {
    const { marker } = this.#world;
    await using vault = await VaultServer.start(marker);
    const environment = withVaultAt(this.#environment, vault.address);
    const token = rehearsedOperators(marker).rootToken();
    const user = token === undefined ? {} : { VAULT_TOKEN: token };
    const facts = await admissionFacts(environment, machine.name, options, user);
    if (facts === undefined) return;
    await joinCluster(marker, machine, facts).catch((error: unknown) => {
      if (!(error instanceof JoinError)) throw error;
      throw new NodeControlError(`${machine.name} can not join: ${error.message}`, { cause: error });
    });
  }

  /** A world whose Vault nobody ever looked at was not bootstrapped: there, machines join by themselves. */
  #isBootstrapped(): boolean {
    return readVault(this.#world.marker) !== undefined;
  }

  /** EC2 Auto Scaling at work: groups are as large as they are to be, and what they launch boots. */
  #settle(): void {
    for (const group of groupsOf(this.#world)) fill(this.#world, group);
    for (const instance of instancesOf(this.#world)) {
      if (instance.state === "pending") change(this.#world, instance, { instanceState: "running" });
    }
  }

  #standings(): readonly Standing[] {
    const { marker } = this.#world;
    if (hasOutage(marker, "off-the-mesh")) throw new NodeControlError("this machine is off the mesh: no such host");
    if (hasOutage(marker, "api-server-down")) throw new NodeControlError("the API server refuses the connection");
    return this.#machines();
  }

  #machines(): readonly Standing[] {
    this.#settle();
    const known = this.#registrations.all();
    const machines = machinesOf(this.#world, this.#environment);
    const bootstrapped = this.#isBootstrapped();
    const present = machines.map((machine): Standing => {
      const { name } = machine;
      const waits = bootstrapped && machine.role !== "compose" && machine.provider !== "aws";
      const found = known.get(name) ?? (waits ? undefined : this.#join(machine));
      if (found === undefined) return { name, machine, own: undefined, leftover: undefined };
      const leftover = found.machine !== machine.id && isSomethingLeft(found) ? found : undefined;
      // What joins the mesh alone has its key for that, and an instance logs in with its role: nobody admits them.
      const joins = (machine.role === "compose" || machine.provider === "aws") && leftover === undefined;
      const own = found.machine === machine.id ? found : joins ? registrationOf(this.#environment, machine) : undefined;
      return { name, machine, own, leftover };
    });
    const names = new Set(machines.map(({ name }) => name));
    const orphaned = [...known]
      .filter(([name, registration]) => !names.has(name) && isSomethingLeft(registration))
      .map(([name, leftover]): Standing => ({ name, machine: undefined, own: undefined, leftover }));
    return [...present, ...orphaned];
  }

  #standing(node: string): Standing {
    const found = this.#standings().find(({ name }) => name === node);
    return found ?? { name: node, machine: undefined, own: undefined, leftover: undefined };
  }

  #look(): NodeState[] {
    const { neverReady = [] } = readFaults(this.#world.marker);
    return this.#standings()
      .flatMap((standing): NodeState[] => {
        const { name, machine, own, leftover } = standing;
        const registration = own ?? leftover;
        const place = machine ?? registration;
        if (place === undefined || (own !== undefined && !isSomethingLeft(own))) return [];
        return [
          {
            name,
            pool: place.pool,
            provider: place.provider,
            role: place.role,
            ready: own !== undefined && isReady(own) && !neverReady.includes(name),
            cordoned: registration?.cordoned ?? false,
            versions: registration?.versions ?? {},
            bundle: machine === undefined ? undefined : bundleOn(this.#world, machine),
            etcdMember: registration?.etcdMember ?? false,
            machine: machine?.id ?? registration?.machine ?? "",
          },
        ];
      })
      .toSorted((a, b) => (a.pool === b.pool ? compare(a.name, b.name) : compare(a.pool, b.pool)));
  }

  #podNodes(): PodNode[] {
    const drained = new Set(this.#standings().flatMap(({ name, own }) => (own?.drained === true ? [name] : [])));
    return this.#look().map(({ name, pool, ready, cordoned }) => ({
      name,
      pool,
      ready,
      cordoned,
      drained: drained.has(name),
    }));
  }

  #inCluster(): readonly PlacedWorkload[] {
    return this.#workloads.filter(({ runtime }) => runtime === "kubernetes");
  }

  /** What is gone already is no error. */
  #change(node: string, changes: Partial<Registration>): Promise<void> {
    const { own, leftover } = this.#standing(node);
    const registration = own ?? leftover;
    if (registration !== undefined) this.#registrations.set(node, { ...registration, ...changes });
    return Promise.resolve();
  }

  /** Keeps the versions of this day: a later lock changes no machine by itself. */
  #join(machine: Machine): Registration {
    const registration = registrationOf(this.#environment, machine);
    this.#registrations.set(machine.name, registration);
    return registration;
  }
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
