import { readFileSync } from "node:fs";
import path from "node:path";
import type { Value } from "../../policies/row.ts";
import { parseHujson } from "../../policies/security/hujson.ts";
import { devicesOf } from "../../sandbox/mesh-policy/devices.ts";
import { PolicyError } from "../../sandbox/mesh-policy/judge.ts";
import { proveMesh } from "../../sandbox/mesh-policy/prove.ts";
import { resolveTool } from "../../sandbox/toolchain/resolve.ts";
import type { Environment } from "../../stacks/environment-file.ts";
import { loadTailnet, meshGrants, policyFile } from "../../stacks/tailnet.ts";
import { InputError } from "../errors.ts";
import { comparePolicies } from "./compare.ts";
import type { MeshPolicyReport } from "./report.ts";

export interface MeshPolicyOptions {
  /** The project's folder. */
  readonly root: string;
  /** Absolute path of a policy file that was exported from the service. */
  readonly check: string | undefined;
  /** Judge what the policy lets through, or that of the file to be checked. */
  readonly prove: boolean;
}

/**
 * The policy of the tailnet that an environment is in, made from all environments in it.
 *
 * @throws InputError for a file that is no policy file, SpecError with what is wrong with environment files.
 */
export async function deriveMeshPolicy(
  { spec }: Pick<Environment, "spec">,
  { root, check, prove }: MeshPolicyOptions,
): Promise<MeshPolicyReport> {
  const { tailnet } = spec.mesh;
  const other = check === undefined ? undefined : readPolicy(check);
  const folder = path.relative(process.cwd(), path.join(root, "stacks"));
  const environments = await loadTailnet(folder, tailnet);
  const meshes = environments.map(({ mesh }) => mesh);
  const file = policyFile(meshes);
  const engine = prove ? await resolveTool("mesh-flows") : undefined;
  return {
    tailnet,
    environments: meshes.map(({ name }) => name),
    grants: meshGrants(meshes),
    file,
    ...(other === undefined ? {} : { differences: comparePolicies(parseHujson(file), other.policy) }),
    ...(engine === undefined
      ? {}
      : { proof: await proveMesh(engine.path, other?.text ?? file, meshes, devicesOf(environments)).catch(refused) }),
  };
}

/** Headscale knows less than the service: https://headscale.net/stable/ref/acls/ says what. */
function refused(error: unknown): never {
  throw error instanceof PolicyError ? new InputError(error.message) : error;
}

function readPolicy(file: string): { readonly text: string; readonly policy: Value } {
  try {
    const text = readFileSync(file, "utf8");
    return { text, policy: parseHujson(text) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new InputError(
      `${file} is no policy file: ${reason}. Export it from the admin console, page Access controls.`,
    );
  }
}
