import { setTimeout as sleep } from "node:timers/promises";
import {
  ApiException,
  type CoreV1Api,
  PatchStrategy,
  type PolicyV1Api,
  setHeaderOptions,
  type V1Node,
} from "@kubernetes/client-node";
import { cordon, drain, uncordon } from "../../sandbox/burst/drain.ts";
import type { Environment } from "../../stacks/environment-file.ts";
import { hasCluster } from "../../stacks/spec/optional-parts.ts";
import { type PlacedWorkload, placedWorkloads } from "../../stacks/placement.ts";
import { createAsk } from "../resolve/ask.ts";
import { awsCli, type AwsCli } from "../resolve/aws-cli.ts";
import { TailscaleApi } from "../tailscale.ts";
import { admissionCommand, admissionFacts, AUTHORITY_COMMAND } from "./admission.ts";
import { connect } from "./cluster-api.ts";
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
import { declaredNodes } from "./inventory.ts";
import { blockedIn, volumesIn } from "./live-pods.ts";
import { ETCD, FACTS_COMMAND, factsIn, isVoter, stateOf } from "./live-facts.ts";
import { overMesh, type Remote } from "./remote.ts";

/** As k3s documents them: it removes the member when the first is set, and answers with the second. */
const REMOVE = "etcd.k3s.cattle.io/remove";
const REMOVED = "etcd.k3s.cattle.io/removed-node-name";
const MERGE = setHeaderOptions("Content-Type", PatchStrategy.MergePatch);
const POLL_MS = 2_000;
const ETCD_SECONDS = 120;
/** What starts k3s; there when the node has been admitted. */
const TOKEN = "/etc/splitfleet/k3s-token";
/** A server pulls what it runs first. */
const FOUNDING_MS = 660_000;
/** Nodes that are asked at once. */
const AT_ONCE = 16;

export interface LiveParts {
  readonly environment: Environment;
  /** The cluster's API; undefined where the environment has no cluster. @throws InputError without credentials */
  readonly cluster: (() => { readonly core: CoreV1Api; readonly policy: PolicyV1Api }) | undefined;
  readonly remote: Remote;
  readonly mesh: Pick<TailscaleApi, "devices" | "remove">;
  readonly aws: AwsCli;
  /** The user's environment, for `VAULT_TOKEN`. */
  readonly user: NodeJS.ProcessEnv;
}

/** The running nodes of a live environment, over the mesh, the cluster's API and the clouds'. */
export const liveNodeControl = (environment: Environment, user: NodeJS.ProcessEnv): NodeControl =>
  new LiveNodeControl({
    environment,
    cluster: hasCluster(environment.spec) ? () => connect(environment.name) : undefined,
    remote: overMesh(),
    mesh: new TailscaleApi(createAsk({ aftermath: "The next run goes on." }), user),
    aws: awsCli(undefined, "The next run goes on."),
    user,
  });

export class LiveNodeControl implements NodeControl {
  readonly #parts: LiveParts;
  readonly #workloads: readonly PlacedWorkload[];
  #api: { readonly core: CoreV1Api; readonly policy: PolicyV1Api } | undefined;

  constructor(parts: LiveParts) {
    this.#parts = parts;
    this.#workloads = placedWorkloads(parts.environment);
  }

  async nodes(): Promise<readonly NodeState[]> {
    const { spec } = this.#parts.environment;
    const found = (await this.#clusterNodes()).flatMap((node) => stateOf(node, spec) ?? []);
    const outside = declaredNodes(this.#parts.environment).filter(({ role }) => role === "compose");
    const inCluster = await inBatches(found, (node) => this.#withFacts(node));
    const others = await inBatches(outside, async ({ name, pool, meshName }): Promise<NodeState | undefined> => {
      const answer = await this.#tell(meshName, `${FACTS_COMMAND}cat /etc/machine-id | sed s/^/machine=/\n`);
      if (answer === undefined) return undefined;
      const ready = (await this.#tell(meshName, "systemctl is-active docker")) !== undefined;
      const place = { name, pool, provider: "hetzner", role: "compose", cordoned: false, etcdMember: false } as const;
      return { ...place, ...factsIn(answer), ready, machine: /^machine=(\w+)$/m.exec(answer)?.[1] ?? "" };
    });
    return [...inCluster, ...others.filter((node) => node !== undefined)].toSorted((a, b) =>
      a.pool === b.pool ? compare(a.name, b.name) : compare(a.pool, b.pool),
    );
  }

  cordon(node: string): Promise<void> {
    return unlessMissing(cordon(this.#core(), node));
  }

  uncordon(node: string): Promise<void> {
    return uncordon(this.#core(), node);
  }

  drain(node: string, { graceSeconds }: { readonly graceSeconds: number }): Promise<readonly string[]> {
    const until = new Date(Date.now() + graceSeconds * 1000);
    return drain(this.#core(), node, { until, signal: new AbortController().signal });
  }

  async etcdMembers(): Promise<readonly EtcdMember[]> {
    const members = (await this.#clusterNodes()).filter(({ metadata }) => ETCD in (metadata?.labels ?? {}));
    return members.map((node) => ({ node: node.metadata?.name ?? "", healthy: isVoter(node) }));
  }

  async removeEtcdMember(node: string): Promise<void> {
    const core = this.#core();
    const body = { metadata: { annotations: { [REMOVE]: "true" } } };
    await unlessMissing(core.patchNode({ name: node, body }, MERGE));
    await this.#until(ETCD_SECONDS, `${node}: k3s has not removed its member of etcd`, async () => {
      const found = (await this.#clusterNodes()).find(({ metadata }) => metadata?.name === node);
      return found === undefined || (found.metadata?.annotations?.[REMOVED] ?? "") !== "";
    });
  }

  async localVolumes(node: string): Promise<readonly LocalVolume[]> {
    const outside = declaredNodes(this.#parts.environment).find(
      ({ name, role }) => name === node && role === "compose",
    );
    if (outside !== undefined) {
      return this.#workloads
        .filter(({ pool }) => pool === outside.pool)
        .flatMap(({ name, volumes }) =>
          volumes.map((volume) => ({ workload: name, volume: volume.name, backupHours: volume.backupHours })),
        );
    }
    const core = this.#core();
    const [claims, volumes] = await Promise.all([
      core.listPersistentVolumeClaimForAllNamespaces(),
      core.listPersistentVolume(),
    ]);
    return volumesIn(node, claims.items, volumes.items, this.#workloads);
  }

  async blockedBudgets(node: string): Promise<readonly BlockedBudget[]> {
    if (this.#parts.cluster === undefined) return [];
    const { policy } = this.#connection();
    const [budgets, pods, nodes] = await Promise.all([
      policy.listPodDisruptionBudgetForAllNamespaces(),
      this.#core().listPodForAllNamespaces({ fieldSelector: `spec.nodeName=${node}` }),
      this.#clusterNodes(),
    ]);
    const states = nodes.flatMap((each) => stateOf(each, this.#parts.environment.spec) ?? []);
    const pool = states.find(({ name }) => name === node)?.pool;
    const hasOther = states.some((each) => each.pool === pool && each.name !== node && each.ready && !each.cordoned);
    return blockedIn(budgets.items, pods.items, hasOther);
  }

  /** k3s removes the password of the node's name with its Node object. */
  deleteNode(node: string): Promise<void> {
    return unlessMissing(this.#core().deleteNode({ name: node }));
  }

  async deleteMeshDevice(node: string): Promise<void> {
    const name = `${node}.${this.#parts.environment.spec.mesh.tailnet}`;
    const devices = await this.#parts.mesh.devices();
    for (const device of devices.filter((each) => each.name === name)) await this.#parts.mesh.remove(device);
  }

  async stop(node: string): Promise<void> {
    const declared = declaredNodes(this.#parts.environment).find(({ name }) => name === node);
    const units = declared?.role === "compose" ? "docker.socket docker.service" : "k3s-token.path k3s.service";
    await this.#parts.remote(this.#hostOf(node), `systemctl disable --now ${units}`);
  }

  async admissions(nodes: readonly string[]): Promise<ReadonlyMap<string, AdmissionState>> {
    const ask = `test -e ${TOKEN} && echo admitted || echo waiting`;
    const states = await inBatches(nodes, async (node): Promise<[string, AdmissionState]> => {
      const answer = (await this.#tell(this.#hostOf(node), ask))?.trim();
      return [node, answer === "admitted" || answer === "waiting" ? answer : "unreachable"];
    });
    return new Map(states);
  }

  async admit(node: string, options: AdmitOptions): Promise<void> {
    const { environment, remote, user } = this.#parts;
    const facts = await admissionFacts(environment, node, options, user);
    if (facts === undefined) return;
    const { command, input } = admissionCommand(facts);
    await remote(this.#hostOf(node), command, { input });
  }

  async clusterAuthority(server: string): Promise<string> {
    const answer = await this.#parts.remote(this.#hostOf(server), AUTHORITY_COMMAND, { timeoutMs: FOUNDING_MS });
    const [hash] = /^[0-9a-f]{64}$/m.exec(answer) ?? [];
    if (hash !== undefined) return hash;
    throw new NodeControlError(
      `${server} answered in another form than expected: no SHA-256 of the cluster's authority`,
    );
  }

  /** The group keeps its size, so it launches another. An instance that is gone already is none that AWS refuses. */
  async terminateInstance(pool: string, instance: string): Promise<void> {
    const { environment, aws } = this.#parts;
    const site = environment.spec.sites[environment.spec.pools[pool]?.site ?? ""];
    if (site?.kind !== "aws") throw new NodeControlError(`pool ${pool} is on no AWS site`);
    const { region } = site;
    const alive = "Reservations[].Instances[?State.Name=='running' || State.Name=='pending'].InstanceId[]";
    const asked = ["ec2", "describe-instances", "--filters", `Name=instance-id,Values=${instance}`, "--query", alive];
    const found = await aws([...asked, "--region", region]);
    if ("unavailable" in found) throw new NodeControlError(`${instance}: ${found.unavailable}`);
    if (Array.isArray(found.value) && found.value.length === 0) return;
    const terminate = ["autoscaling", "terminate-instance-in-auto-scaling-group", "--instance-id", instance];
    const answer = await aws([...terminate, "--no-should-decrement-desired-capacity", "--region", region]);
    if ("unavailable" in answer) throw new NodeControlError(`${instance}: ${answer.unavailable}`);
  }

  waitReady(node: string, { timeoutSeconds, not }: { readonly timeoutSeconds: number; readonly not?: string }) {
    return this.#until(timeoutSeconds, `${node} has not become ready`, async () =>
      (await this.nodes()).some(({ name, ready, machine }) => name === node && ready && machine !== not),
    );
  }

  async waitSuccessor(
    pool: string,
    { timeoutSeconds, besides }: { readonly timeoutSeconds: number; readonly besides: readonly string[] },
  ): Promise<string> {
    let found: NodeState | undefined;
    await this.#until(timeoutSeconds, `pool ${pool}: no new node has become ready`, async () => {
      found = (await this.nodes()).find((each) => each.pool === pool && each.ready && !besides.includes(each.machine));
      return found !== undefined;
    });
    return found?.name ?? "";
  }

  async #until(seconds: number, failure: string, isDone: () => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + seconds * 1000;
    while (!(await isDone())) {
      if (Date.now() > deadline) throw new NodeControlError(`${failure} within ${seconds} s`);
      await sleep(POLL_MS);
    }
  }

  async #clusterNodes(): Promise<readonly V1Node[]> {
    return this.#parts.cluster === undefined ? [] : (await this.#core().listNode()).items;
  }

  async #withFacts(node: NodeState): Promise<NodeState> {
    const answer = await this.#tell(this.#hostOf(node.name), FACTS_COMMAND);
    if (answer === undefined) return node;
    const { versions, bundle } = factsIn(answer);
    // What the kubelet says runs; what is installed may still wait for a restart.
    return { ...node, versions: { ...versions, ...node.versions }, bundle };
  }

  /** What a node answers; undefined where it can not be reached, which is no reason to know nothing of the others. */
  async #tell(host: string, command: string): Promise<string | undefined> {
    try {
      return await this.#parts.remote(host, command);
    } catch (error) {
      if (error instanceof NodeControlError) return undefined;
      throw error;
    }
  }

  #hostOf(node: string): string {
    return `${node}.${this.#parts.environment.spec.mesh.tailnet}`;
  }

  #core(): CoreV1Api {
    return this.#connection().core;
  }

  #connection(): { readonly core: CoreV1Api; readonly policy: PolicyV1Api } {
    const { cluster, environment } = this.#parts;
    if (cluster === undefined) throw new NodeControlError(`${environment.name} has no cluster`);
    this.#api ??= cluster();
    return this.#api;
  }
}

async function unlessMissing(request: Promise<unknown>): Promise<void> {
  try {
    await request;
  } catch (error) {
    if (!(error instanceof ApiException) || error.code !== 404) throw error;
  }
}

async function inBatches<Item, Result>(
  items: readonly Item[],
  ask: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  for (let first = 0; first < items.length; first += AT_ONCE) {
    results.push(...(await Promise.all(items.slice(first, first + AT_ONCE).map(ask))));
  }
  return results;
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
