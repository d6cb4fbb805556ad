import { nearest, oneOf } from "../../stacks/words.ts";
import type { OnpremMember } from "../../stacks/layers/enrolment.ts";
import { nodeName } from "../../stacks/layers/nodes.ts";
import type { EnvironmentSpec } from "../../stacks/spec/environment.ts";
import { ofKind } from "../../stacks/spec/of-kind.ts";
import { InputError } from "../errors.ts";

/**
 * The node that a person names, as `<pool>-<id>` or by its host name.
 *
 * @throws InputError naming the nodes that there are.
 */
export function memberOf(spec: EnvironmentSpec, named: string): OnpremMember {
  const members = Object.entries(ofKind(spec.pools, "onprem")).flatMap(([poolName, pool]) =>
    Object.keys(pool.nodes).map((id): OnpremMember => ({ poolName, id, pool })),
  );
  const found = members.find(({ poolName, id }) => [`${poolName}-${id}`, nodeName(spec, poolName, id)].includes(named));
  if (found !== undefined) return found;
  const known = members.map(({ poolName, id }) => `${poolName}-${id}`);
  const { name } = spec.environment;
  if (known.length === 0) {
    throw new InputError(`${name} has no pool of kind onprem, so there is nothing to enroll. Add one to \`pools\`.`);
  }
  const meant = nearest(named, known);
  const hint = meant === undefined ? "" : ` Did you mean ${meant}?`;
  throw new InputError(
    `${name} declares no on-prem node "${named}".${hint} It has ${oneOf(known)}. ` +
      "Declare another in `pools.<pool>.nodes` with `state: declared`.",
  );
}
