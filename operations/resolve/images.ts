import { InputError } from "../errors.ts";
import type { Ask } from "./ask.ts";
import type { Resolved } from "./part.ts";
import { pinned } from "./registry.ts";

export interface ImagesQuery {
  /** Names that the environment's workloads use. */
  readonly names: ReadonlySet<string>;
  /** Repository and tag by name. */
  readonly list: Readonly<Record<string, string>>;
  readonly locked: Readonly<Record<string, string>>;
  /** Leave the digest of what the lock has with the wanted tag. */
  readonly keep: boolean;
}

const withoutDigest = (reference: string): string => reference.replace(/(:[\w.-]+)@sha256:[0-9a-f]{64}$/, "$1");

/**
 * Digests of the images that workloads use. An image that the list does not have, as of a workload kind of one's own, is
 * looked up by the tag that it has in the lock.
 *
 * @throws InputError with every image that could not be looked up.
 */
export async function resolveImages({ names, list, locked, keep }: ImagesQuery, ask: Ask): Promise<Resolved<string>> {
  const looked = await Promise.allSettled(
    [...names].toSorted().map(async (name): Promise<[string, string]> => {
      const known = locked[name];
      const wanted = list[name] ?? (known === undefined ? undefined : withoutDigest(known));
      if (wanted === undefined) {
        throw new InputError(
          `images.${name}: no list says which image that is. Add \`${name}: <registry>/<repository>:<tag>\` to components/workloads/images.yaml.`,
        );
      }
      if (keep && known !== undefined && withoutDigest(known) === wanted) return [name, known];
      return [name, await pinned(wanted, ask)];
    }),
  );
  const failures = looked.flatMap((result) => (result.status === "rejected" ? [result.reason as unknown] : []));
  const defect = failures.find((failure) => !(failure instanceof InputError));
  if (defect !== undefined) throw defect;
  if (failures.length > 0) throw new InputError(failures.map((failure) => (failure as InputError).message).join("\n"));
  const entries = looked.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  return { entries: Object.fromEntries(entries), notes: [], reasons: new Map(), incomplete: false };
}
