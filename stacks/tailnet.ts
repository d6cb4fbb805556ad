import path from "node:path";
import type { MeshEnvironment } from "../components/mesh/flow.ts";
import { meshPolicy } from "../components/mesh/policy.ts";
import { environmentTag } from "../components/mesh/tags.ts";
import { type Environment, loadEnvironment, type ResolvedEnvironment } from "./environment-file.ts";
import { environmentNames } from "./environment-names.ts";
import { meshEnvironment } from "./layers/mesh.ts";
import { type Problem, SpecError } from "./problems.ts";
import { block, overlap } from "./spec/checks/addresses.ts";

/** What the policy is made with, for operations. */
export { policyFile } from "../components/mesh/policy-file.ts";
export { meshGrants, type ReasonedGrant } from "../components/mesh/policy.ts";

/** An environment of a tailnet, and what the tailnet's policy has to know of it. */
export interface TailnetEnvironment {
  readonly resolved: Environment;
  readonly mesh: MeshEnvironment;
}

/**
 * All environments in a folder that share a tailnet: its one policy file is made from them.
 *
 * @param folder Of the environment files; problems name them as it is given here.
 * @throws SpecError for a file that can not be used, whichever tailnet it is of, and where two environments would be one to
 *   the policy.
 */
export async function loadTailnet(folder: string, tailnet: string): Promise<readonly TailnetEnvironment[]> {
  const loaded: Environment[] = [];
  for (const name of environmentNames(folder).toSorted()) {
    loaded.push(await loadEnvironment(path.join(folder, `Pulumi.${name}.yaml`)));
  }
  const environments = loaded
    .filter(({ spec }) => spec.mesh.tailnet === tailnet)
    .map((resolved) => ({ resolved, mesh: meshEnvironment(resolved) }));
  const problems = environments.flatMap((own, index) =>
    environments.slice(0, index).flatMap((other) => collisions(own, other)),
  );
  if (problems.length > 0) throw new SpecError(problems);
  return environments;
}

/** The parts of its tailnet's policy that are of one environment alone, and must be there before its nodes join, in JSON. */
export function ownPolicy(environment: ResolvedEnvironment): string {
  const { groups, tagOwners, grants, ssh } = meshPolicy([meshEnvironment(environment)]);
  return JSON.stringify({ groups, tagOwners, grants, ssh });
}

/** Names and addresses that a tailnet has once, and that two environments claim. */
function collisions({ resolved, mesh }: TailnetEnvironment, other: TailnetEnvironment): Problem[] {
  const file = resolved.file;
  const tagsOf = ({ name, pools }: MeshEnvironment): string[] => [environmentTag(name), ...pools.map(({ tag }) => tag)];
  const taken = new Set(tagsOf(other.mesh));
  const rangesOf = ({ pools }: MeshEnvironment): string[] => pools.flatMap(({ announced }) => announced?.range ?? []);
  return [
    ...tagsOf(mesh)
      .filter((tag) => taken.has(tag))
      .map((tag) => ({
        file,
        path: "pools",
        got: `${tag}, which ${other.mesh.name} has in the same tailnet`,
        expected: "tags that name one environment's nodes",
        fix: "rename the environment or the pool",
      })),
    ...rangesOf(mesh).flatMap((range) =>
      rangesOf(other.mesh)
        .filter((theirs) => overlap(block(range), block(theirs)))
        .map((theirs) => ({
          file,
          path: "pools",
          got: `${range}, which overlaps ${theirs} of ${other.mesh.name} in the same tailnet`,
          expected: "subnets that one environment's nodes announce",
          fix: "give the site another range, or the environment a tailnet of its own",
        })),
    ),
  ];
}
