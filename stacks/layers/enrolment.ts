import { enrolmentScript, type MeshKey } from "../../components/compute/enrolment/script.ts";
import { nodeBundle } from "../../components/compute/node-config/bundle/bundle.ts";
import { poolTag } from "../../components/mesh/tags.ts";
import { gpuProfileOf } from "../../components/workloads/facts.ts";
import type { PoolOf } from "../spec/pools.ts";
import { type Environment, onpremFacts } from "./bundles.ts";
import { nodeName } from "./nodes.ts";

export type { MeshKey };

/** A node of an on-prem pool. */
export interface OnpremMember {
  readonly poolName: string;
  readonly id: string;
  readonly pool: PoolOf<"onprem">;
}

/**
 * The script that makes an owned machine the node that its pool declares.
 *
 * @throws Error if the lock lacks a release, or its checksum for the pool's architecture.
 */
export function scriptFor(
  { spec, lock }: Environment,
  { poolName, id, pool }: OnpremMember,
  key: MeshKey | undefined,
): string {
  const { gpu, ...machine } = pool.hardware;
  const facts = onpremFacts({ spec, lock }, poolName, pool, id);
  const profile = gpuProfileOf(pool) ?? { kind: "whole" };
  return enrolmentScript({
    environment: spec.environment.name,
    node: `${poolName}-${id}`,
    hostname: nodeName(spec, poolName, id),
    hardware: {
      ...machine,
      gpu: gpu === undefined ? undefined : { ...gpu, minimumDriver: gpu.minimumDriver, profile },
    },
    binaries: { ...lock.binaries, tailscale: facts.binaries.tailscale },
    bundle: nodeBundle(facts),
    key,
  });
}

/** Tag of an owned machine in the mesh. */
export const tagOf = ({ spec }: Pick<Environment, "spec">, { poolName }: OnpremMember): string =>
  poolTag(spec.environment.name, poolName);
