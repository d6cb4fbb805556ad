import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import type { ApiServer } from "../../sandbox/twin/kinds/kubernetes/api-server.ts";
import { Refusal } from "../../sandbox/twin/kinds/kubernetes/connection.ts";
import type { Properties } from "../../sandbox/twin/protocol/values.ts";
import { Unasked, OWNER_LABEL, type Found, type Inventory } from "./found.ts";

/** Longest wait for a controller to give a thing back to its cloud. */
const DEADLINE_SECONDS = 600;
const POLL_MS = 2_000;
const MANAGER = "splitfleet-down";
const SNAPSHOTS = "snapshot.storage.k8s.io/v1";

const meta = z.object({
  name: z.string(),
  namespace: z.string().default(""),
  labels: z.record(z.string(), z.string()).default({}),
});
const service = z.object({ metadata: meta, spec: z.object({ type: z.string().optional() }).prefault({}) });
const snapshot = z.object({ metadata: meta });
const namespace = z.object({ metadata: meta });
const volume = z.object({
  metadata: meta,
  spec: z.object({
    csi: z.looseObject({}).optional(),
    claimRef: z.object({ namespace: z.string(), name: z.string() }).optional(),
  }),
});
type PersistentVolume = z.infer<typeof volume>;

export interface ClusterInventoryOptions {
  /** Name of the environment, whose the cluster is. */
  readonly environment: string;
  /** @default a timer */
  readonly pause?: (milliseconds: number) => Promise<void>;
}

/** What is asked of the API server. */
type Cluster = Pick<ApiServer, "apply" | "delete" | "get" | "list">;

/**
 * What the cluster's controllers have made at a cloud for objects of the cluster: load balancers of Services, disks of
 * claims, snapshots of disks. Only the controllers know them, so the objects go while the controllers run.
 *
 * A claim stays as long as a pod uses it and an operator makes the pod anew, so a namespace with disks goes as a whole.
 */
export class ClusterInventory implements Inventory {
  readonly provider = "kubernetes";
  readonly #cluster: Cluster;
  readonly #environment: string;
  readonly #pause: (milliseconds: number) => Promise<void>;

  constructor(cluster: Cluster, { environment, pause = sleep }: ClusterInventoryOptions) {
    this.#cluster = cluster;
    this.#environment = environment;
    this.#pause = pause;
  }

  async list(): Promise<readonly Found[]> {
    try {
      return [...(await this.#balancers()), ...(await this.#snapshots()), ...(await this.#disks())];
    } catch (error) {
      throw new Unasked(`the cluster can not be asked: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  async remove({ kind, name }: Found): Promise<void> {
    switch (kind) {
      case "Service":
        return this.#removeObject({ apiVersion: "v1", kind, ...split(name) });
      case "VolumeSnapshot":
        return this.#removeObject({ apiVersion: SNAPSHOTS, kind, ...split(name) });
      case "Namespace":
        return this.#removeNamespace(name);
      case "PersistentVolume":
        await this.#giveBack(name);
        return this.#waitGone({ apiVersion: "v1", kind, name });
      default:
        throw new Error(`${kind} is nothing that a controller makes`);
    }
  }

  async #balancers(): Promise<Found[]> {
    const all = await this.#cluster.list({ apiVersion: "v1", kind: "Service" });
    return all
      .map((each) => service.parse(each))
      .filter(({ spec }) => spec.type === "LoadBalancer")
      .map(({ metadata }) => this.#found("Service", metadata));
  }

  async #snapshots(): Promise<Found[]> {
    const all = await this.#cluster.list({ apiVersion: SNAPSHOTS, kind: "VolumeSnapshot" }).catch((error: unknown) => {
      if (error instanceof Refusal && error.reason === "NoMatch") return [];
      throw error;
    });
    return all.map((each) => this.#found("VolumeSnapshot", snapshot.parse(each).metadata));
  }

  /** Namespaces with disks of a cloud, then disks that a claim has left behind. */
  async #disks(): Promise<Found[]> {
    const disks = await this.#cloudVolumes();
    const used = new Set(disks.flatMap(({ spec }) => spec.claimRef?.namespace ?? []));
    const all = await this.#cluster.list({ apiVersion: "v1", kind: "Namespace" });
    const namespaces = all.map((each) => namespace.parse(each).metadata);
    const environmentOf = new Map(namespaces.map(({ name, labels }) => [name, labels[OWNER_LABEL]]));
    const left = disks.filter(({ spec }) => !environmentOf.has(spec.claimRef?.namespace ?? ""));
    return [
      ...namespaces
        .filter(({ name }) => used.has(name))
        .map(({ name, labels }) => ({
          ...this.#found("Namespace", { name, namespace: "" }),
          environment: labels[OWNER_LABEL],
        })),
      ...left.map(({ metadata }) => this.#found("PersistentVolume", metadata)),
    ];
  }

  async #cloudVolumes(): Promise<PersistentVolume[]> {
    const all = await this.#cluster.list({ apiVersion: "v1", kind: "PersistentVolume" });
    return all.map((each) => volume.parse(each)).filter(({ spec }) => spec.csi !== undefined);
  }

  async #removeNamespace(name: string): Promise<void> {
    const disks = (await this.#cloudVolumes()).filter(({ spec }) => spec.claimRef?.namespace === name);
    for (const { metadata } of disks) await this.#giveBack(metadata.name);
    await this.#removeObject({ apiVersion: "v1", kind: "Namespace", name });
    for (const { metadata } of disks) {
      await this.#waitGone({ apiVersion: "v1", kind: "PersistentVolume", name: metadata.name });
    }
  }

  /** A disk whose claim is gone is deleted at its cloud, and not kept. */
  async #giveBack(name: string): Promise<void> {
    const manifest: Properties = {
      apiVersion: "v1",
      kind: "PersistentVolume",
      metadata: { name },
      spec: { persistentVolumeReclaimPolicy: "Delete" },
    };
    await this.#cluster.apply(manifest, { force: true, manager: MANAGER });
  }

  async #removeObject(reference: Parameters<Cluster["get"]>[0]): Promise<void> {
    await this.#cluster.delete(reference, "Foreground");
    await this.#waitGone(reference);
  }

  async #waitGone(reference: Parameters<Cluster["get"]>[0]): Promise<void> {
    for (let waited = 0; (await this.#cluster.get(reference)) !== undefined; waited += POLL_MS) {
      if (waited >= DEADLINE_SECONDS * 1000) {
        const { kind, name } = reference;
        throw new Error(`${kind} ${name} is still there after ${DEADLINE_SECONDS / 60} minutes; see its finalizers`);
      }
      await this.#pause(POLL_MS);
    }
  }

  #found(kind: string, { namespace: within, name }: Pick<z.infer<typeof meta>, "namespace" | "name">): Found {
    const id = within === "" ? name : `${within}/${name}`;
    return { provider: this.provider, kind, id, name: id, environment: this.#environment };
  }
}

function split(id: string): { readonly namespace: string; readonly name: string } {
  const [namespace = "", name = ""] = id.split("/");
  return { namespace, name };
}
