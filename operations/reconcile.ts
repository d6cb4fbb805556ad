import type { Deployment, PendingOperation, StateResource } from "../sandbox/session/state.ts";

/** An object of the twin's world, as far as recovery looks at it. */
export interface OwnedObject {
  readonly package: string;
  readonly id: string;
  /** The resource that made it; empty for what was there before. */
  readonly urn: string;
}

export interface Reconciliation {
  /** The state to import: nothing pending, what was found adopted. */
  readonly deployment: Deployment;
  readonly adopted: readonly OwnedObject[];
  /** To be deleted: a later run would neither find nor use them. */
  readonly orphans: readonly OwnedObject[];
  readonly dropped: readonly PendingOperation[];
}

/**
 * Brings a state that an engine left unfinished in line with the world. Three windows exist in which an engine can end:
 *
 * - A create is pending and the object exists. If the state has no such resource, the object is adopted. If it has,
 *   this was the new half of a replacement: the object goes, and the next run replaces anew.
 * - The engine was told to stop and gave up waiting for an answer: it forgets the create, yet the object may exist. It
 *   belongs to no pending operation, and too little is known to adopt it, so it goes.
 * - An update or a delete is pending. Whether it took place, `up --refresh` sees by itself.
 */
export function reconcile(state: Deployment, world: readonly OwnedObject[]): Reconciliation {
  const resources = state.resources ?? [];
  const pending = state.pending_operations ?? [];
  const known = new Set(resources.filter(({ id }) => id !== undefined).map(keyOfResource));
  const unknown = world.filter((object) => object.urn !== "" && !known.has(keyOfObject(object)));
  const live = new Set(resources.filter((resource) => resource.delete !== true).map(({ urn }) => urn));

  const adoptions = pending.flatMap((operation) => {
    const { urn } = operation.resource;
    if (operation.type !== "creating" || live.has(urn)) return [];
    const object = unknown.findLast((candidate) => candidate.urn === urn);
    return object === undefined ? [] : [{ operation, object }];
  });
  const adopted = adoptions.map(({ object }) => object);
  const adoptedOperations = new Set(adoptions.map(({ operation }) => operation));
  const { pending_operations: _, ...rest } = state;
  return {
    deployment: { ...rest, resources: [...resources, ...adoptions.map(adopt)] },
    adopted,
    orphans: unknown.filter((object) => !adopted.includes(object)),
    dropped: pending.filter((operation) => !adoptedOperations.has(operation)),
  };
}

/** Inputs stand in for outputs until the refresh that follows reads the real ones. */
function adopt({ operation, object }: { operation: PendingOperation; object: OwnedObject }): StateResource {
  const { resource } = operation;
  return { ...resource, id: object.id, outputs: resource.inputs ?? {} };
}

/** Ids are unique within a package; URNs are not compared, because an alias may have renamed a resource since. */
const keyOfObject = (object: OwnedObject): string => `${object.package} ${object.id}`;
const keyOfResource = (resource: StateResource): string => `${resource.type.split(":")[0] ?? ""} ${resource.id ?? ""}`;
