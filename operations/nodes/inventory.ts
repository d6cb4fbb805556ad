import { meshName, nodeName } from "../../stacks/layers/nodes.ts";
import type { ResolvedEnvironment } from "../../stacks/environment-file.ts";
import { nearest } from "../../stacks/words.ts";
import { InputError } from "../errors.ts";
import type { NodeState } from "./control.ts";

/** One node that a pool of the environment file names. Those of burst pools come and go, and have no entry. */
export interface DeclaredNode extends Pick<NodeState, "name" | "pool" | "role"> {
  /** Its key in the pool. */
  readonly id: string;
  readonly provider: "hetzner" | "onprem";
  /** What `enroll` and `replace` have written about an on-prem node; `enrolled` for others, which the program makes. */
  readonly enrollment: "declared" | "enrolled" | "lost";
  /** Name in the mesh. */
  readonly meshName: string;
}

/** Every node that the pools name, in the order of the file. */
export function declaredNodes({ spec }: Pick<ResolvedEnvironment, "spec">): readonly DeclaredNode[] {
  return Object.entries(spec.pools).flatMap(([pool, entry]): DeclaredNode[] => {
    if (entry.kind !== "hetzner" && entry.kind !== "onprem") return [];
    const role = entry.kind === "onprem" ? "agent" : entry.cluster === "none" ? "compose" : entry.cluster;
    const members: [string, DeclaredNode["enrollment"]][] =
      entry.kind === "hetzner"
        ? entry.nodes.map((number) => [String(number), "enrolled"])
        : Object.entries(entry.nodes).map(([id, { state }]) => [id, state]);
    return members.map(([id, enrollment]) => ({
      name: nodeName(spec, pool, id),
      pool,
      id,
      provider: entry.kind,
      role,
      enrollment,
      meshName: meshName(spec, pool, id),
    }));
  });
}

/**
 * The one of `names` that a person means: the host name, or what follows the environment's name in it.
 *
 * @throws InputError with the names there are.
 */
export function resolveNode(environment: string, wanted: string, names: readonly string[]): string {
  const found = names.find((name) => name === wanted) ?? names.find((name) => name === `${environment}-${wanted}`);
  if (found !== undefined) return found;
  const meant = nearest(wanted, [...names, ...names.map((name) => name.slice(environment.length + 1))]);
  const hint = meant === undefined ? "" : ` Did you mean ${meant}?`;
  throw new InputError(
    `${environment} has no node "${wanted}".${hint} Its nodes are: ${names.length === 0 ? "none; run `npm run up` first" : names.join(", ")}.`,
  );
}
