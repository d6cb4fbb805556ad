import type { Kind, Package } from "../kind.ts";
import type { Found, Store } from "../store.ts";
import type { WorldObject } from "../world/objects.ts";
import type { World } from "../world/world.ts";
import { admit, assertNotHeld } from "./admission.ts";
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
    return object;
  }

  state(kind: Kind, object: WorldObject): Properties {
    return stateOf(kind, object, this.#world.now());
  }
}
