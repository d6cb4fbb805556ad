import { parse } from "yaml";
import type { ResolvedEnvironment } from "../../stacks/environment-file.ts";
import { nodeName } from "../../stacks/layers/nodes.ts";
import type { EnvironmentSpec } from "../../stacks/spec/environment.ts";
import { ofKind } from "../../stacks/spec/of-kind.ts";
import { instancesOf } from "../burst/groups.ts";
import { burstNode } from "../control-plane/nodes.ts";
import { textAt } from "../twin/protocol/paths.ts";
import { isObject } from "../twin/protocol/values.ts";
import type { World } from "../twin/world/world.ts";

/** A machine that exists in the simulated clouds, or that somebody has enrolled, and what it boots as. */
export interface Machine {
  /** As its cloud calls it. */
  readonly id: string;
  readonly name: string;
  readonly pool: string;
  readonly provider: "hetzner" | "onprem" | "aws";
  readonly role: "server" | "agent" | "compose";
}

/** Every machine of an environment, in order of creation. */
export function machinesOf(world: World, { spec, lock }: ResolvedEnvironment): readonly Machine[] {
  const pools = ofKind(spec.pools, "hetzner");
  const servers = world.ofType("hcloud:index/server:Server").flatMap(({ id, inputs }): Machine[] => {
    const pool = isObject(inputs["labels"]) ? String(inputs["labels"]["splitfleet/pool"]) : "";
    const entry = pools[pool];
    const name = hostnameIn(textAt(inputs, "userData") ?? "");
    if (entry === undefined || name === undefined) return [];
    return [{ id, name, pool, provider: "hetzner", role: entry.cluster === "none" ? "compose" : entry.cluster }];
  });
  const instances = instancesOf(world).flatMap((instance): Machine[] => {
    const { id, pool, zone, privateAddress } = instance;
    if (spec.pools[pool]?.kind !== "aws") return [];
    const { name } = burstNode(spec, lock, pool, { instanceId: id, zone, privateAddress });
    return [{ id, name, pool, provider: "aws", role: "agent" }];
  });
  return [...servers, ...instances, ...enrolledMachines(spec)];
}

/** Nobody creates them: they are there as soon as the file says so. */
const enrolledMachines = (spec: EnvironmentSpec): readonly Machine[] =>
  Object.entries(ofKind(spec.pools, "onprem")).flatMap(([pool, { nodes }]) =>
    Object.entries(nodes)
      .filter(([, { state }]) => state === "enrolled")
      .map(([id]): Machine => {
        const name = nodeName(spec, pool, id);
        return { id: `twin-host-${name}`, name, pool, provider: "onprem", role: "agent" };
      }),
  );

function hostnameIn(userData: string): string | undefined {
  const document: unknown = parse(userData);
  if (typeof document !== "object" || document === null || !("hostname" in document)) return undefined;
  return String(document.hostname);
}
