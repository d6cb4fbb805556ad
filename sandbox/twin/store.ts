import type { Kind } from "./kind.ts";
import type { Properties } from "./protocol/values.ts";
import type { WorldObject } from "./world/objects.ts";

/**
 * What holds the objects that a provider instance makes: the plain store of the twin, or a real server that runs beside
 * it. Every method throws in the words of the API where it refuses. The record of each object, with its id and its
 * owner, is in the world either way.
 */
export interface Store {
  /**
   * Throws where the API would refuse `object`, as far as that can be known before anything is changed.
   *
   * @param object For a create, with an empty id.
   */
  preview(kind: Kind, object: WorldObject): Promise<void>;
  create(kind: Kind, object: WorldObject): Promise<WorldObject>;
  /** @param object With its new inputs. */
  update(kind: Kind, object: WorldObject): Promise<WorldObject>;
  /** Undefined where the object is gone. Does not wait. */
  read(kind: Kind, object: WorldObject): Promise<Found | undefined>;
  /** Resolves when the object is gone. */
  delete(kind: Kind, object: WorldObject, limits: Limits): Promise<void>;
  /**
   * Waits until the object can be used.
   *
   * @throws NotReady when it can not in time, or never will.
   */
  settle(object: WorldObject, limits: Limits): Promise<WorldObject>;
  /** Everything that the object answers when it is read. */
  state(kind: Kind, object: WorldObject): Properties;
}

export interface Found {
  /** As it is now. */
  readonly object: WorldObject;
  /** Why it can not be used; undefined where it can. */
  readonly notReady?: NotReady | undefined;
}

export interface Limits {
  /** What the resource's `customTimeouts` say. */
  readonly timeoutSeconds: number | undefined;
  /** Aborted when the engine cancels. */
  readonly signal: AbortSignal;
}

/** The object exists, but can not be used. */
export class NotReady extends Error {
  readonly reasons: readonly string[];

  constructor(message: string, reasons: readonly string[]) {
    super([message, ...reasons].join("\n"));
    this.name = "NotReady";
    this.reasons = reasons;
  }
}
