import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Burst } from "../../sandbox/burst/burst.ts";
import { burstNode, nodesOf } from "../../sandbox/control-plane/nodes.ts";
import { HURRIED_LEASE_SECONDS, hurriedMs } from "../../sandbox/control-plane/pace.ts";
import { startKueue } from "../../sandbox/control-plane/start-kueue.ts";
import { startNodes } from "../../sandbox/control-plane/start-nodes.ts";
import { type ControlPlane, startControlPlane } from "../../sandbox/control-plane/start.ts";
import { layoutOf } from "../../sandbox/session/layout.ts";
import { ProjectCopy } from "../../sandbox/session/project-copy.ts";
import { openSession, type Session } from "../../sandbox/session/session.ts";
import type { ResolvedTool } from "../../sandbox/toolchain/resolve.ts";
import { REHEARSAL_TOOLS } from "../../sandbox/toolchain/tools.ts";
import { ApiServer } from "../../sandbox/twin/kinds/kubernetes/api-server.ts";
import type { Environment } from "../../stacks/environment-file.ts";
import { clusterOf } from "../../stacks/spec/optional-parts.ts";
import { queuedPools } from "../../stacks/spec/queues.ts";

/** Every executable that a rehearsal starts. */
export const STAGE_TOOLS = ["pulumi", ...REHEARSAL_TOOLS] as const;
export type ClusterTools = Readonly<Record<(typeof REHEARSAL_TOOLS)[number], ResolvedTool>>;
export type StageTools = ClusterTools & { readonly pulumi: ResolvedTool };

/**
 * How long a workload is waited for that can not start. Simulated pods are ready in well under a second, so what is not
 * by then never will be.
 */
const READINESS_SECONDS = 20;
/** A drill does not ask whether the environment fits; it may wait for a burst pool, on a machine that is busy. */
const DRILLED_READINESS_SECONDS = 120;

/** Half a simulated minute from its node to ready; nothing heavier was measured. */
const DRILLED_PODS = { start: hurriedMs(30) };

export interface StageOptions {
  readonly root: string;
  readonly environment: Environment;
  readonly pulumi: ResolvedTool;
  /** Whether waiting times of the control plane pass as fast as a drill's. @default false */
  readonly hurried?: boolean;
  readonly signal: AbortSignal;
}

/**
 * A cluster and simulated clouds for one environment in a folder of their own, so that the person's sandbox and other
 * rehearsals are left alone. Close it, and neither a process nor a file of it is left.
 */
export class Stage {
  readonly #copy: ProjectCopy;
  readonly #options: StageOptions;
  #controlPlane: ControlPlane | undefined;
  #session: Session | undefined;
  #burst: Burst | undefined;

  constructor(options: StageOptions) {
    this.#options = options;
    this.#copy = new ProjectCopy(options.root);
  }

  /** Starts the control plane with the nodes of the environment's pools. @returns how many */
  async startCluster(tools: ClusterTools): Promise<number> {
    const { environment, hurried = false, signal } = this.#options;
    const { folder } = layoutOf(this.#copy.root, environment.name);
    mkdirSync(folder, { recursive: true });
    const readinessSeconds = hurried ? DRILLED_READINESS_SECONDS : READINESS_SECONDS;
    writeFileSync(join(folder, "faults.json"), JSON.stringify({ readinessSeconds }));
    const { podRange, serviceRange } = clusterOf(environment.spec);
    this.#controlPlane = await startControlPlane({
      folder: join(folder, "control-plane"),
      environment: environment.name,
      tools,
      ranges: { podRange, serviceRange },
      hurried,
      signal,
    });
    const nodes = nodesOf(environment.spec, environment.lock);
    const slower = hurried ? { times: DRILLED_PODS, leaseSeconds: HURRIED_LEASE_SECONDS } : {};
    await startNodes(this.#controlPlane, nodes, { kwok: tools.kwok, ...slower });
    if (queuedPools(environment.spec.teams).size > 0) await startKueue(this.#controlPlane, tools.kueue);
    const { spec, lock } = environment;
    this.#burst = new Burst({
      marker: folder,
      kubeconfig: this.#controlPlane.kubeconfig,
      cluster: environment.name,
      nodeOf: (pool, instance) => burstNode(spec, lock, pool, instance),
    });
    return nodes.length;
  }

  /** The real engine with simulated clouds. Kubernetes is the stage's own, so a cluster comes first where there is one. */
  async openSession(): Promise<Session> {
    const { environment, pulumi } = this.#options;
    this.#session = await openSession({
      root: this.#copy.root,
      environment,
      pulumi,
      node: process.execPath,
      variables: { SPLITFLEET_LEAVE_CHECKS: "capacity" },
    });
    return this.#session;
  }

  /** Rejects as soon as a part of the rehearsal ends that nobody stopped. */
  async crash(): Promise<never> {
    if (this.#controlPlane === undefined) return new Promise(() => undefined);
    const { crashed } = this.#controlPlane;
    return Promise.race([crashed.then((error) => Promise.reject(error)), this.burst.failed]);
  }

  apiServer(): Promise<ApiServer> {
    return ApiServer.fromKubeconfig(this.controlPlane.kubeconfig);
  }

  get controlPlane(): ControlPlane {
    if (this.#controlPlane === undefined) throw new Error("the cluster comes first");
    return this.#controlPlane;
  }

  /** What starts the nodes of burst pools. */
  get burst(): Burst {
    if (this.#burst === undefined) throw new Error("the cluster comes first");
    return this.#burst;
  }

  async close(): Promise<void> {
    await this.#burst?.stop();
    await this.#session?.close();
    await this.#controlPlane?.stop();
    this.#copy[Symbol.dispose]();
  }
}
