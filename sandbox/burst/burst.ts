import { setTimeout as sleep } from "node:timers/promises";
import { CoreV1Api, KubeConfig, type V1Node, type V1Pod } from "@kubernetes/client-node";
import { Machines } from "../control-plane/machines.ts";
import type { BurstInstance, SimulatedNode } from "../control-plane/nodes.ts";
import { hurriedMs } from "../control-plane/pace.ts";
import { World } from "../twin/world/world.ts";
import { type Candidate, growthFor } from "./decide.ts";
import { drain, cordon } from "./drain.ts";
import { change, fill, type Group, groupsOf, type Instance, instancesOf, setDesired, surplus } from "./groups.ts";
import { freeOn, isReady, isUnschedulable, keepsNode, templateOf } from "./template.ts";

/** Seconds of a fleet that the cloud and its controllers take. */
export interface BurstTimes {
  /** From an instance's launch to its node. */
  readonly boot: number;
  /** How long a node is kept on which nothing runs. */
  readonly idle: number;
  /** From a spot notice to the end of the instance. */
  readonly notice: number;
  /** Between two looks of Cluster Autoscaler at the pods that wait. */
  readonly scan: number;
}

/**
 * Idle and scan times are Cluster Autoscaler's defaults (FAQ, `--scale-down-unneeded-time`, `--scan-interval`). Nobody
 * states how long an instance boots until its kubelet is ready: four minutes are assumed. EC2's notice of two minutes
 * lasts six, which pass in 6 s: what is done within it, by the API server and controllers, nothing hurries.
 */
export const BURST_TIMES: BurstTimes = { boot: 240, idle: 600, notice: 360, scan: 10 };

export interface BurstOptions {
  /** Folder of the rehearsal, with its world. */
  readonly marker: string;
  readonly kubeconfig: string;
  /** Value of the tag that groups belong to the cluster by: the environment's name. */
  readonly cluster: string;
  /** What an instance of a pool registers as. @throws Error where there is no such pool */
  readonly nodeOf: (pool: string, instance: BurstInstance) => SimulatedNode;
  /** @default {@link BURST_TIMES}; a second passes as a minute */
  readonly times?: BurstTimes;
}

const TICK_MS = 200;

/**
 * What stands behind burst pools in a rehearsal, in the place of EC2 Auto Scaling, Cluster Autoscaler and the watcher of
 * spot notices: a pod that waits and would fit what a group's tags describe raises the group's desired size by one; an
 * instance appears in the world, and its node once it has booted; a node on which nothing runs goes after a while. It
 * never passes the group's maximum.
 */
export class Burst {
  readonly #options: Required<BurstOptions>;
  readonly #world: World;
  readonly #core: CoreV1Api;
  readonly #machines: Machines;
  readonly #idleSince = new Map<string, number>();
  readonly #registered = new Set<string>();
  readonly #draining = new Map<string, Promise<void>>();
  readonly #stopped = new AbortController();
  readonly #ended: Promise<void>;
  readonly #failed = Promise.withResolvers<never>();
  #nextScan = 0;
  #grew = false;

  constructor(options: BurstOptions) {
    this.#options = { times: BURST_TIMES, ...options };
    this.#world = new World(options.marker);
    const config = new KubeConfig();
    config.loadFromFile(options.kubeconfig);
    this.#core = config.makeApiClient(CoreV1Api);
    this.#machines = new Machines(options.kubeconfig);
    this.#failed.promise.catch(() => undefined);
    this.#ended = this.#run();
  }

  /** Rejects when it can not go on, such as for a tag that can not be read. */
  get failed(): Promise<never> {
    return this.#failed.promise;
  }

  /** Whether instances are on their way, so that pods that wait may still get a node. */
  get isGrowing(): boolean {
    return this.#grew || instancesOf(this.#world).some(({ state }) => state === "pending");
  }

  /** Every instance of the world. */
  instances(): readonly Instance[] {
    return instancesOf(this.#world);
  }

  /** The simulated AWS takes a spot instance back: with a notice, after which it ends whatever it runs. */
  reclaim(id: string): void {
    const instance = instancesOf(this.#world).find((one) => one.id === id);
    if (instance === undefined) throw new Error(`there is no instance ${id}`);
    const end = new Date(Date.now() + hurriedMs(this.#options.times.notice));
    change(this.#world, instance, { spotInterruptionAction: "terminate", spotInterruptionTime: end.toISOString() });
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#ended;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      try {
        await this.#tick();
      } catch (error) {
        if (!isOutage(error)) return this.#failed.reject(error);
      }
      await sleep(TICK_MS, undefined, { signal }).catch(() => undefined);
    }
    await Promise.allSettled(this.#draining.values());
  }

  async #tick(): Promise<void> {
    const groups = groupsOf(this.#world).filter(({ tags }) => tags["k8s.io/cluster-autoscaler/enabled"] === "true");
    const own = groups.filter(({ tags }) => `k8s.io/cluster-autoscaler/${this.#options.cluster}` in tags);
    for (const group of groupsOf(this.#world)) {
      // A schedule has made it smaller: the hook at its end gives its nodes the time of a notice.
      for (const { id } of surplus(this.#world, group)) this.reclaim(id);
      fill(this.#world, group);
    }
    await this.#followInstances();
    if (Date.now() < this.#nextScan || own.length === 0) return;
    this.#nextScan = Date.now() + hurriedMs(this.#options.times.scan);
    const [pods, nodes] = await Promise.all([this.#core.listPodForAllNamespaces(), this.#core.listNode()]);
    this.#grow(own, pods.items, nodes.items);
    await this.#shrink(own, pods.items, nodes.items);
  }

  /** Instances that have booted register, those that were taken back or whose group has gone leave. */
  async #followInstances(): Promise<void> {
    const { times } = this.#options;
    const instances = instancesOf(this.#world);
    for (const instance of instances) {
      const { id, interruption, object, state } = instance;
      if (interruption !== undefined && Date.now() >= interruption.getTime()) await this.#end(instance);
      else if (interruption !== undefined) this.#answerNotice(instance);
      else if (state === "pending" && Date.now() - Date.parse(object.createdAt) >= hurriedMs(times.boot)) {
        await this.#machines.register(this.#nodeOf(instance));
        this.#registered.add(this.#nodeOf(instance).name);
        change(this.#world, instance, { instanceState: "running" });
      }
      if (state === "running") this.#registered.add(this.#nodeOf(instance).name);
      if (!this.#world.objects("aws").get(id)) this.#registered.delete(this.#nodeOf(instance).name);
    }
    const alive = new Set(instances.map((instance) => this.#nodeOf(instance).name));
    for (const name of this.#registered) {
      if (alive.has(name)) continue;
      await this.#machines.remove(name);
      this.#registered.delete(name);
    }
  }

  /**
   * As the node's own watcher does, which has a kubelet's rights: no more pods, by a mark that the cluster's controller
   * makes a taint of, and those that are there are asked to leave.
   */
  #answerNotice(instance: Instance): void {
    const { name } = this.#nodeOf(instance);
    if (this.#draining.has(name)) return;
    const { signal } = this.#stopped;
    const answer = async (): Promise<void> => {
      await cordon(this.#core, name);
      await drain(this.#core, name, { until: instance.interruption ?? new Date(), signal });
    };
    // What could not be moved in time ends with the instance; that is for the drill to see.
    this.#draining.set(
      name,
      answer().catch((error: unknown) => {
        if (!isOutage(error)) this.#failed.reject(error);
      }),
    );
  }

  async #end(instance: Instance): Promise<void> {
    const { name } = this.#nodeOf(instance);
    this.#world.remove(instance.object);
    await this.#machines.remove(name);
    this.#registered.delete(name);
    this.#draining.delete(name);
  }

  #grow(groups: readonly Group[], pods: readonly V1Pod[], nodes: readonly V1Node[]): void {
    const there = new Map(nodes.filter(isReady).map((node) => [node.metadata?.name ?? "", node]));
    const candidates = groups.map((group): Candidate => {
      const zone = group.subnets[0]?.zone ?? "";
      const own = instancesOf(this.#world).filter((one) => one.group === group.name);
      const template = templateOf(group.tags, { instanceType: group.instanceType, zone });
      const staying = own.filter(({ interruption }) => interruption === undefined);
      const free = staying.map((instance) => {
        const { name } = this.#nodeOf(instance);
        return freeOn(name, there.get(name), pods) ?? template.resources;
      });
      return { name: group.name, template, room: group.maximum - group.desired, free };
    });
    const growth = growthFor(pods.filter(isUnschedulable), candidates);
    this.#grew = growth.size > 0;
    for (const group of groups) {
      const more = growth.get(group.name) ?? 0;
      if (more > 0) setDesired(this.#world, group, group.desired + more);
    }
  }

  async #shrink(groups: readonly Group[], pods: readonly V1Pod[], nodes: readonly V1Node[]): Promise<void> {
    const busy = new Set(pods.filter(keepsNode).map(({ spec }) => spec?.nodeName));
    const ready = new Set(nodes.filter(isReady).map(({ metadata }) => metadata?.name ?? ""));
    for (const instance of instancesOf(this.#world)) {
      const group = groupsOf(this.#world).find(({ name }) => name === instance.group);
      const { name } = this.#nodeOf(instance);
      const isIdle = ready.has(name) && !busy.has(name) && instance.interruption === undefined;
      if (!isIdle || group === undefined || !groups.some((own) => own.name === group.name)) {
        this.#idleSince.delete(name);
        continue;
      }
      const since = this.#idleSince.get(name) ?? Date.now();
      this.#idleSince.set(name, since);
      if (group.desired <= group.minimum || Date.now() - since < hurriedMs(this.#options.times.idle)) continue;
      await cordon(this.#core, name, { key: IDLE_TAINT, value: String(Date.now()), effect: "NoSchedule" });
      setDesired(this.#world, group, group.desired - 1);
      this.#idleSince.delete(name);
      await this.#end(instance);
    }
  }

  #nodeOf({ id, pool, zone, privateAddress }: Instance): SimulatedNode {
    return this.#options.nodeOf(pool, { instanceId: id, zone, privateAddress });
  }
}

/** As Cluster Autoscaler sets it. */
const IDLE_TAINT = "ToBeDeletedByClusterAutoscaler";

/** Whether the API server was not there to ask: it may come back. */
const isOutage = (error: unknown): boolean =>
  error instanceof Error &&
  /ECONNREFUSED|ECONNRESET|socket hang up|EPIPE|fetch failed/.test(`${error.message} ${causeOf(error)}`);

const causeOf = ({ cause }: Error): string => (cause instanceof Error ? cause.message : "");
