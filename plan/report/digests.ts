import { createHash } from "node:crypto";
import type { Row, Value } from "../../policies/row.ts";
import { isList, join } from "../../policies/values.ts";

/**
 * One short digest for each input of a resource, by its first key: two plans tell by it what has changed, without
 * either of them holding the values. Secrets are left out, so that nobody can guess one and check.
 */
export function digestsOf({ inputs, secretPaths }: Pick<Row, "inputs" | "secretPaths">): Record<string, string> {
  const secrets = new Set(secretPaths);
  return Object.fromEntries(
    Object.entries(inputs).map(([key, value]) => {
      const text = JSON.stringify(canonical(value, join("", key), secrets));
      return [key, createHash("sha256").update(text).digest("base64url").slice(0, 12)];
    }),
  );
}

/** The value with its keys in order, whatever order the program wrote them in. */
function canonical(value: Value, path: string, secrets: ReadonlySet<string>): Value {
  if (secrets.has(path)) return "[secret]";
  if (typeof value !== "object" || value === null) return value;
  if (isList(value)) return value.map((item, index) => canonical(item, join(path, index), secrets));
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, canonical(inner, join(path, key), secrets)]));
}
