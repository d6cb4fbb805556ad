import { AppsV1Api, CoreV1Api, KubeConfig, PatchStrategy, setHeaderOptions } from "@kubernetes/client-node";
import { cordon, drain, uncordon } from "../../sandbox/burst/drain.ts";
import type { Instance } from "../../sandbox/burst/groups.ts";
import { Machines } from "../../sandbox/control-plane/machines.ts";
import { nodesOf, type SimulatedNode } from "../../sandbox/control-plane/nodes.ts";
import type { Session } from "../../sandbox/session/session.ts";
import type { ApiServer } from "../../sandbox/twin/kinds/kubernetes/api-server.ts";
import { type Reference, referenceOf } from "../../sandbox/twin/kinds/kubernetes/manifest.ts";
import type { Properties } from "../../sandbox/twin/protocol/values.ts";
import type { Environment } from "../../stacks/environment-file.ts";
import type { Stage } from "../rehearsal/stage.ts";
import type { Clock } from "./clock.ts";
import { DRILL_NAMESPACE, floodManifest, jobManifest, type Probe, queuedManifest, runAgain } from "./probe.ts";
import { Training, type TrainingPlan } from "./training.ts";
import { type PodView, type View, Viewer } from "./view.ts";

const MERGE = setHeaderOptions("Content-Type", PatchStrategy.MergePatch);

export interface SceneOptions {
  readonly environment: Environment;
  readonly stage: Stage;
  readonly session: Session;
  readonly server: ApiServer;
  readonly clock: Clock;
  /** Where drills say what they have done, for the timeline. */
  readonly say: (what: string) => void;
  readonly signal: AbortSignal;
}

/** What a drill may do to a rehearsed environment. Everything ends with the rehearsal. */
export class Scene {
  readonly environment: Environment;
  readonly session: Session;
  readonly server: ApiServer;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly say: (what: string) => void;
  readonly #stage: Stage;
  readonly #machines: Machines;
  readonly #core: CoreV1Api;
  readonly #apps: AppsV1Api;
  readonly #viewer: Viewer;
  readonly #withoutPower = new Set<string>();
  readonly #disksLost = new Set<string>();
  readonly #trainings = new Map<string, Training>();
  #restart: (() => Promise<void>) | undefined;
  #isDown = false;

  constructor({ environment, stage, session, server, clock, say, signal }: SceneOptions) {
    this.environment = environment;
    this.session = session;
    this.server = server;
    this.clock = clock;
    this.say = say;
    this.signal = signal;
    this.#stage = stage;
    const { kubeconfig } = stage.controlPlane;
    this.#machines = new Machines(kubeconfig);
    this.#viewer = new Viewer(kubeconfig);
    const config = new KubeConfig();
    config.loadFromFile(kubeconfig);
    this.#core = config.makeApiClient(CoreV1Api);
    this.#apps = config.makeApiClient(AppsV1Api);
  }

  /** Undefined while the API server is down. Trainings take note of it. */
  async look(): Promise<View | undefined> {
    if (this.#isDown) return undefined;
    const view = await this.#viewer.read(this.#withoutPower).catch((error: unknown) => {
      if (this.#isDown) return undefined;
      throw error;
    });
    if (view !== undefined) await this.#train(view);
    return view;
  }

  /** Nodes whose disks have gone with their machines. */
  get disksLost(): ReadonlySet<string> {
    return this.#disksLost;
  }

  /** Machines lose their power; the cluster finds out by itself. */
  async powerOff(nodes: readonly string[]): Promise<void> {
    for (const node of nodes) this.#withoutPower.add(node);
    await Promise.all(nodes.map((node) => this.#machines.powerOff(node)));
  }

  /** The same machines come back, with their disks. */
  async powerOn(nodes: readonly string[]): Promise<void> {
    await Promise.all(nodes.map((node) => this.#machines.powerOn(node)));
    for (const node of nodes) this.#withoutPower.delete(node);
  }

  /** New machines with empty disks join under the same names, as `npm run replace` makes them. */
  async replaceMachines(nodes: readonly string[]): Promise<void> {
    await Promise.all(nodes.map((node) => this.#machines.remove(node)));
    for (const node of nodes) {
      this.#disksLost.add(node);
      this.#withoutPower.delete(node);
    }
    await Promise.all(nodes.map((node) => this.#machines.register(this.nodeOf(node))));
  }

  /** A fixed node as its pool makes it. @throws Error where no pool has it */
  nodeOf(name: string): SimulatedNode {
    const { spec, lock } = this.environment;
    const node = nodesOf(spec, lock).find((each) => each.name === name);
    if (node === undefined) throw new Error(`no pool of ${this.environment.name} has a node ${name}`);
    return node;
  }

  /** Another version, or fewer GPUs, of a node that is there. */
  async changeNode(node: SimulatedNode): Promise<void> {
    await this.#machines.register(node);
  }

  instancesOf(pool: string): readonly Instance[] {
    return this.#stage.burst.instances().filter((instance) => instance.pool === pool);
  }

  /** EC2 takes a spot instance back, with its two minutes of notice. */
  reclaim(instance: string): void {
    this.#stage.burst.reclaim(instance);
  }

  cordon(node: string): Promise<void> {
    return cordon(this.#core, node);
  }

  uncordon(node: string): Promise<void> {
    return uncordon(this.#core, node);
  }

  /** By eviction, so that disruption budgets hold. @returns pods that did not leave in time */
  drain(node: string, withinSeconds: number): Promise<readonly string[]> {
    const until = new Date(Date.now() + (withinSeconds * 1000) / this.clock.pace);
    return drain(this.#core, node, { until, signal: this.signal });
  }

  /** Submits a job on a pool whose work is measured. */
  async submit(probe: Omit<Probe, "namespace">, plan: TrainingPlan): Promise<Training> {
    await this.server.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: DRILL_NAMESPACE } });
    await this.#serviceAccount(DRILL_NAMESPACE);
    const manifest = jobManifest(this.environment, { ...probe, namespace: DRILL_NAMESPACE });
    return this.#measure(manifest, plan);
  }

  /** Submits the fleet's own job of a workload once more under another name, with its queue; its work is measured. */
  async submitAgain(workload: string, name: string, plan: TrainingPlan): Promise<Training> {
    const selectors = { labelSelector: `splitfleet/workload=${workload}` };
    const [job] = await this.server.list({ apiVersion: "batch/v1", kind: "Job", selectors });
    if (job === undefined) throw new Error(`the cluster has no job of workload ${workload}`);
    return this.#measure(runAgain(job, name), plan);
  }

  /** Submits a run to the queue of a team, as the fleet's own runs are. Its work is measured. */
  async submitToQueue(probe: Probe, plan: TrainingPlan): Promise<Training> {
    return this.#measure(queuedManifest(this.environment, probe), plan);
  }

  async #measure(manifest: Properties, plan: TrainingPlan): Promise<Training> {
    await this.server.apply(manifest);
    const training = new Training(plan);
    const { namespace = "default", name } = referenceOf(manifest);
    this.#trainings.set(`${namespace}/${name}`, training);
    return training;
  }

  async flood(probe: Probe, replicas: number): Promise<void> {
    await this.server.apply(floodManifest(this.environment, probe, replicas));
  }

  /** Deletes an object by hand, as `kubectl delete` does. */
  async remove(reference: Reference): Promise<void> {
    await this.server.delete(reference, "Background");
  }

  /** As `kubectl scale` does it. */
  async scaleByHand({ name, namespace = "default" }: Reference, replicas: number): Promise<void> {
    const body = { spec: { replicas } };
    await this.#apps.patchNamespacedDeploymentScale({ name, namespace, fieldManager: "kubectl", body }, MERGE);
  }

  /** Ends a pod's containers, as a fault of its node does. */
  async failPod({ namespace, name }: PodView, message: string): Promise<void> {
    await this.#setPhase(namespace, name, { phase: "Failed", message });
  }

  /** The namespace of each team, by the label that the fleet gives it. */
  async namespaceOf(team: string): Promise<string> {
    const { items } = await this.#core.listNamespace({ labelSelector: `splitfleet/team=${team}` });
    const names = items.flatMap(({ metadata }) => metadata?.name ?? []);
    const [own] = names.filter((name) => name.endsWith(team));
    if (own === undefined) throw new Error(`the cluster has no namespace of team ${team}`);
    return own;
  }

  /** Kills the API server. */
  async stopApiServer(): Promise<void> {
    this.#isDown = true;
    this.#restart = await this.#stage.controlPlane.outage("kube-apiserver");
  }

  async startApiServer(): Promise<void> {
    await this.#restart?.();
    this.#restart = undefined;
    this.#isDown = false;
  }

  /** Puts back what must not outlive a drill: jobs of its own, and an API server that is down. */
  async tidy(): Promise<void> {
    await this.startApiServer();
    for (const job of this.#trainings.keys()) {
      const [namespace = "", name = ""] = job.split("/");
      await this.remove({ apiVersion: "batch/v1", kind: "Job", namespace, name });
    }
    this.#trainings.clear();
  }

  async #train({ pods }: View): Promise<void> {
    for (const [job, training] of this.#trainings) {
      const own = pods.filter((pod) => `${pod.namespace}/${pod.job}` === job);
      const done = training.observe(own, this.clock.seconds);
      if (done !== undefined) await this.#setPhase(done.namespace, done.name, { phase: "Succeeded" });
    }
  }

  async #setPhase(namespace: string, name: string, status: Properties): Promise<void> {
    const conditions = [{ type: "Ready", status: "False" }];
    await this.#core.patchNamespacedPodStatus({ namespace, name, body: { status: { ...status, conditions } } }, MERGE);
  }

  /** Admission refuses a namespace's pods until its service account is there. */
  async #serviceAccount(namespace: string): Promise<void> {
    const account = { apiVersion: "v1", kind: "ServiceAccount", namespace, name: "default" };
    while ((await this.server.get(account)) === undefined) this.signal.throwIfAborted();
  }
}
