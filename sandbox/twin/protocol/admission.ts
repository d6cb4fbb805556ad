import { isTwinId, twinIdRange } from "../ids.ts";
import type { Kind, Package, Reference } from "../kind.ts";
import type { WorldObject } from "../world/objects.ts";
import type { World } from "../world/world.ts";
import { select, textAt, type Path } from "./paths.ts";
import { stateOf } from "./state.ts";
import { hasUnknown, plainProperties, type Properties, type Value } from "./values.ts";

/**
 * Everything that the API looks at before it accepts a create or an update: references, unique names, its own rules.
 *
 * @param object What exists already; undefined on create.
 * @throws Error in the API's words.
 */
export function admit(
  packageOf: Package,
  world: World,
  { type, kind, inputs, object }: { type: string; kind: Kind; inputs: Properties; object: WorldObject | undefined },
): void {
  for (const reference of kind.references ?? []) {
    for (const { value } of select(inputs, reference.at)) {
      if (reference.except?.test(String(value)) === true) continue;
      if (referenced(packageOf, world, reference, value) === undefined) {
        throw new Error(packageOf.words.missing(reference, String(value)));
      }
    }
  }
  const others = world.ofType(type).filter((other) => other.id !== object?.id);
  const taken = new Set(others.flatMap((other) => kind.claims?.(other.inputs).map((claim) => claim.key) ?? []));
  for (const { key, conflict } of kind.claims?.(inputs) ?? []) {
    if (taken.has(key)) throw new Error(conflict);
  }
  kind.admit?.({ inputs, object, world });
}

/** What the inputs name and the world has. */
export function referencesOf(
  packageOf: Package,
  world: World,
  { references = [] }: Kind,
  inputs: Properties,
): { reference: Reference; value: string; object: WorldObject }[] {
  return references.flatMap((reference) =>
    select(inputs, reference.at).flatMap(({ value }) => {
      const object = referenced(packageOf, world, reference, value);
      return object === undefined ? [] : [{ reference, value: String(value), object }];
    }),
  );
}

/**
 * @param vanishing Objects that go together with `object` and so do not hold it.
 * @throws Error in the API's words when another object needs `object`.
 */
export function assertNotHeld(
  packageOf: Package,
  world: World,
  object: WorldObject,
  vanishing: readonly WorldObject[],
): void {
  const leaving = new Set(vanishing.map(({ id }) => id));
  for (const [type, kind] of Object.entries(packageOf.kinds)) {
    for (const reference of kind.references ?? []) {
      if (reference.holds !== true || reference.to !== object.type) continue;
      const holder = world.ofType(type).find((other) => {
        const refers = select(other.inputs, reference.at).some(
          ({ value }) => referenced(packageOf, world, reference, value)?.id === object.id,
        );
        return refers && !leaving.has(other.id);
      });
      if (holder !== undefined) throw new Error(packageOf.words.inUse(object, holder));
    }
  }
}

/** References whose value can only be the id of something real. */
export function foreignIds(references: readonly Reference[], inputs: Properties): { path: Path; problem: string }[] {
  return references
    .filter((reference) => reference.by === undefined)
    .flatMap((reference) => {
      const packageName = reference.to.split(":")[0] ?? "";
      return select(plainProperties(inputs), reference.at)
        .filter(({ value }) => !hasUnknown(value) && reference.except?.test(String(value)) !== true)
        .filter(({ value }) => !isTwinId(packageName, String(value)))
        .map(({ path, value }) => ({ path, problem: foreignId(packageName, String(value)) }));
    });
}

/** What is said about an id that the twin can not have given. */
export function foreignId(packageName: string, id: string): string {
  return (
    `${JSON.stringify(id)} looks like a real id: the twin only has ${twinIdRange(packageName)}. ` +
    "Take the id from a resource of this stack, and never point a rehearsal at a live state."
  );
}

function referenced(packageOf: Package, world: World, { to, by }: Reference, value: Value): WorldObject | undefined {
  const text = String(value);
  const kind = packageOf.kinds[to];
  return world.ofType(to).find((object) => {
    if (object.id === text) return true;
    return by !== undefined && kind !== undefined && textAt(stateOf(kind, object, world.now()), by) === text;
  });
}
