import type { MeshEnvironment } from "../../components/mesh/flow.ts";
import { environmentTag, poolTag } from "../../components/mesh/tags.ts";
import type { ResolvedEnvironment } from "../../stacks/environment-file.ts";
import { hostAddress } from "../../components/network/ranges.ts";
import { nodeName } from "../../stacks/layers/nodes.ts";

/** A device of a tailnet: with tags a node or a runner, with a user somebody's own. */
export interface MeshDevice {
  readonly name: string;
  readonly user: string;
  readonly tags: readonly string[];
  /** Its own in the mesh, of both families. */
  readonly addresses: readonly string[];
  /** Single addresses that it announces, such as `10.10.1.11/32`. */
  readonly routes: readonly string[];
  readonly acceptRoutes: boolean;
}

type Outline = Omit<MeshDevice, "addresses" | "user" | "tags"> & Partial<Pick<MeshDevice, "user" | "tags">>;

/** Somebody of the tailnet who looks after nothing. */
export const COLLEAGUE = "colleague@example.org";

/**
 * The devices that a tailnet of the environments has: every node, as its join script has it announce and take routes; for
 * each environment a runner and the devices of its operators; and that of somebody else.
 */
export function devicesOf(
  environments: readonly { readonly resolved: ResolvedEnvironment; readonly mesh: MeshEnvironment }[],
): MeshDevice[] {
  const outlines = environments.flatMap(({ resolved: { spec }, mesh }): Outline[] => [
    ...Object.entries(spec.pools).flatMap(([pool, definition]): Outline[] => {
      const tags = [poolTag(spec.environment.name, pool)];
      const foreign = (ids: readonly string[]): Outline[] =>
        ids.map((id) => ({ name: nodeName(spec, pool, id), tags, routes: [], acceptRoutes: true }));
      switch (definition.kind) {
        case "hetzner":
          return definition.nodes.map((number) => ({
            name: nodeName(spec, pool, number),
            tags,
            routes: [`${hostAddress(definition.subnet, number)}/32`],
            acceptRoutes: false,
          }));
        case "onprem":
          return foreign(Object.keys(definition.nodes));
        case "aws":
          return foreign(Array.from({ length: definition.maximum }, (_, index) => `${index + 1}`));
        case "external":
          return [];
      }
    }),
    {
      name: `runner of ${mesh.name}`,
      tags: [environmentTag(mesh.name)],
      routes: [],
      // Like every laptop with the defaults of Linux: it asks for nobody's routes.
      acceptRoutes: false,
    },
  ]);
  const people = [...new Set([...environments.flatMap(({ mesh }) => mesh.operators), COLLEAGUE])];
  // Desktop systems take routes unless told otherwise.
  const laptops = people.map((user): Outline => ({ name: user, user, routes: [], acceptRoutes: true }));
  return [...outlines, ...laptops].map((outline, index) => ({
    user: "",
    tags: [],
    ...outline,
    addresses: [`100.64.0.${index + 1}`, `fd7a:115c:a1e0::${(index + 1).toString(16)}`],
  }));
}
