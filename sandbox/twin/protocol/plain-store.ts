import type { Kind, Package } from "../kind.ts";
import { setTimeout as sleep } from "node:timers/promises";
import { NotReady, type Found, type Store } from "../store.ts";
import type { WorldObject } from "../world/objects.ts";
import type { World } from "../world/world.ts";
import { admit, assertNotHeld, referencesOf } from "./admission.ts";
import { readFaults } from "../world/settings.ts";
import { stateOf } from "./state.ts";
import type { Properties } from "./values.ts";

/**
 * Objects as their kinds describe them, in the world and nowhere else. Nothing waits between a check and the write that
 * depends on it, so what was checked still holds.
 */
export class PlainStore implements Store {
  readonly #package: Package;
  readonly #world: World;

  constructor(packageOf: Package, world: World) {
    this.#package = packageOf;
    this.#world = world;
  }

  async preview(): Promise<void> {
    // References to what the same deployment will make can not be judged yet.
  }

  async create(kind: Kind, object: WorldObject): Promise<WorldObject> {
    await this.#untilVisible(kind, object);
    admit(this.#package, this.#world, { type: object.type, kind, inputs: object.inputs, object: undefined });
    this.#world.put("create", object);
    return object;
  }

  async update(kind: Kind, object: WorldObject): Promise<WorldObject> {
    const existing = this.#world.objects(object.package).get(object.id);
    admit(this.#package, this.#world, { type: object.type, kind, inputs: object.inputs, object: existing });
    this.#world.put("update", object);
    return object;
  }

  async read(_kind: Kind, object: WorldObject): Promise<Found> {
    return { object };
  }

  async delete(kind: Kind, object: WorldObject): Promise<void> {
    const vanishing = kind.cascade?.(object, this.#world) ?? [];
    assertNotHeld(this.#package, this.#world, object, vanishing);
    for (const other of vanishing) this.#world.remove(other);
    this.#world.remove(object);
  }

  async settle(object: WorldObject): Promise<WorldObject> {
    const name = object.urn.split("::").at(-1) ?? "";
    if (readFaults(this.#world.marker).neverReady?.includes(name) !== true) return object;
    throw new NotReady("timeout while waiting for the object to become ready", [
      `${object.id} was made and is not running`,
    ]);
  }

  /** Waits, as the provider does, for what was only just made to be found. */
  async #untilVisible(kind: Kind, { inputs }: WorldObject): Promise<void> {
    const { visibleAfterMs } = readFaults(this.#world.marker);
    const { consistency } = this.#package;
    if (visibleAfterMs === undefined || consistency === undefined) return;
    const now = this.#world.now().getTime();
    for (const { reference, value, object } of referencesOf(this.#package, this.#world, kind, inputs)) {
      const waitMs = Date.parse(object.createdAt) + visibleAfterMs - now;
      if (waitMs > consistency.retryMs) throw new Error(this.#package.words.missing(reference, value));
      if (waitMs > 0) await sleep(waitMs);
    }
  }

  state(kind: Kind, object: WorldObject): Properties {
    return stateOf(kind, object, this.#world.now());
  }
}
