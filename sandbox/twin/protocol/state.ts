import type { Facts, Kind } from "../kind.ts";
import type { WorldObject } from "../world/objects.ts";
import { select, withValue } from "./paths.ts";
import { isObject, keepSecretProperties, plainProperties, secret, UNKNOWN, type Properties } from "./values.ts";

/** Everything that an object of the world answers when it is read. */
export function stateOf(kind: Kind, object: WorldObject, now: Date): Properties {
  const facts: Facts = { ...object, now };
  let state = object.inputs;
  for (const [place, compute] of Object.entries(kind.outputs ?? {})) {
    if (isOpen(object.inputs, place)) state = withValue(state, place, compute(facts));
  }
  return { ...state, ...object.facts };
}

/**
 * What a preview can say: the inputs, and computed outputs as they were, or unknown where they are made new.
 *
 * @param old State before an update; undefined for a create.
 */
export function previewOf(kind: Kind, inputs: Properties, old?: Properties): Properties {
  let state = plainProperties(withoutBookkeeping(inputs));
  for (const place of Object.keys(kind.outputs ?? {})) {
    if (!isOpen(state, place)) continue;
    const before = kind.volatile?.includes(place) === true ? undefined : select(plainProperties(old ?? {}), place)[0];
    state = withValue(state, place, before?.value ?? UNKNOWN);
  }
  return state;
}

/** `state` with secrets where the inputs have them and where the kind always has them. */
export function wrapSecrets(kind: Kind, state: Properties, like: Properties): Properties {
  let wrapped = keepSecretProperties(state, like);
  for (const place of kind.secretOutputs ?? []) {
    const value = select(wrapped, place)[0]?.value;
    if (value !== undefined) wrapped = withValue(wrapped, place, secret(value));
  }
  return wrapped;
}

/** Inputs without the engine's and the providers' own keys, such as `__defaults`. */
export function withoutBookkeeping(inputs: Properties): Properties {
  return Object.fromEntries(Object.entries(inputs).filter(([key]) => !key.startsWith("__")));
}

/** Whether a computed output can be put at `place`: nothing stands there, and everything above is an object. */
function isOpen(inputs: Properties, place: string): boolean {
  if (select(inputs, place).length > 0) return false;
  const parents = place.split(".").slice(0, -1);
  return parents.every((_, index) => {
    const above = select(inputs, parents.slice(0, index + 1).join("."))[0];
    return above === undefined || isObject(above.value);
  });
}
