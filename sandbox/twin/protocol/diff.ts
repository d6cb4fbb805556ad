import { touches, type Path } from "./paths.ts";
import { isObject, plainProperties, UNKNOWN, type Properties, type Value } from "./values.ts";

export interface Change {
  readonly path: Path;
  readonly kind: "add" | "delete" | "update";
  /** Whether the API can not change this in place. */
  readonly replaces: boolean;
}

/**
 * Changes between two sets of inputs, at the deepest place where they differ. A value that is not yet known counts as
 * changed, since a provider cannot tell; bookkeeping keys (`__defaults`) and the wrapping of secrets do not count.
 *
 * @param replaceOn Patterns of what cannot be changed in place.
 */
export function changesBetween(old: Properties, next: Properties, replaceOn: readonly string[]): Change[] {
  const changes: Change[] = [];
  const compare = (before: Value | undefined, after: Value | undefined, path: Path): void => {
    const absentBefore = before === undefined || before === null;
    const absentAfter = after === undefined || after === null;
    if (absentBefore && absentAfter) return;
    if (absentBefore || absentAfter) {
      add(path, absentBefore ? "add" : "delete");
    } else if (Array.isArray(before) && Array.isArray(after)) {
      for (let index = 0; index < Math.max(before.length, after.length); index += 1) {
        compare(before[index], after[index], [...path, index]);
      }
    } else if (isObject(before) && isObject(after)) {
      for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
        if (!key.startsWith("__")) compare(before[key], after[key], [...path, key]);
      }
    } else if (before !== after || after === UNKNOWN) {
      add(path, "update");
    }
  };
  const add = (path: Path, kind: Change["kind"]): void => {
    changes.push({ path, kind, replaces: replaceOn.some((pattern) => touches(path, pattern)) });
  };
  compare(plainProperties(old), plainProperties(next), []);
  return changes;
}
