import { isDeepStrictEqual } from "node:util";
import { isObject, type Properties, type Value } from "../../protocol/values.ts";

/**
 * The inputs as they would have to be for the object to be as it is now. Only what others have changed since the last
 * apply differs from `inputs`: the server writes values in its own way (`1024Mi` becomes `1Gi`), so the comparison is
 * with what it answered then, and fields that were never asked for do not count.
 *
 * @param applied The server's answer to the last apply.
 * @param live The object now.
 */
export function withDrift(inputs: Properties, applied: Properties, live: Properties): Properties {
  const entries = Object.entries(inputs).flatMap(([key, value]) => {
    const now = follow(value, applied[key], live[key]);
    return now === undefined ? [] : [[key, now] as const];
  });
  return Object.fromEntries(entries);
}

function follow(input: Value, applied: Value | undefined, live: Value | undefined): Value | undefined {
  if (isDeepStrictEqual(applied, live)) return input;
  if (isObject(input) && isObject(applied) && isObject(live)) return withDrift(input, applied, live);
  const alike = Array.isArray(input) && Array.isArray(applied) && Array.isArray(live) && input.length === live.length;
  if (!alike || applied.length !== live.length) return live;
  return input.map((element, index) => follow(element, applied[index], live[index]) ?? null);
}
