import { z } from "zod";
import type { StateResource } from "../../../sandbox/session/state.ts";

const NODE = "splitfleet:compute:HetznerNode";
const SERVER = "hcloud:index/server:Server";
/** Made anew with the server: the key is spent. */
const REPLACED: readonly string[] = [SERVER, "tailscale:index/tailnetKey:TailnetKey"];

const dependencies = z.record(z.string(), z.array(z.string()).nullable()).nullish();

/** What a targeted run of the engine touches to make one server anew. All are URNs. */
export interface NodeTargets {
  readonly server: StateResource | undefined;
  readonly replace: readonly string[];
  /** What follows: the rest of the node, and whatever has a value of it among its inputs. */
  readonly update: readonly string[];
  /** Of all of them, those that the state protects. */
  readonly protected: readonly string[];
}

/**
 * The resources of a Hetzner node in a stack's state.
 *
 * @param name Of its component, such as `inference-1`.
 * @returns undefined where the state has no such node
 */
export function targetsOfNode(name: string, resources: readonly StateResource[]): NodeTargets | undefined {
  const component = resources.find(({ type, urn }) => type === NODE && urn.endsWith(`::${name}`));
  if (component === undefined) return undefined;
  const live = resources.filter((resource) => resource.delete !== true);
  const members = new Set([component.urn]);
  // The engine writes parents before their children, and what is depended on before what depends.
  for (const { urn, parent } of live) if (parent !== undefined && members.has(parent)) members.add(urn);
  const touched = new Set(members);
  for (const resource of live) {
    const uses = Object.values(dependencies.parse(resource["propertyDependencies"]) ?? {}).flatMap(
      (urns) => urns ?? [],
    );
    if (
      resource.custom &&
      !resource.type.startsWith("pulumi:") &&
      uses.some((urn) => isOf(urn, touched, component.urn))
    )
      touched.add(resource.urn);
  }
  const replace = live.filter(({ type, urn }) => members.has(urn) && REPLACED.includes(type)).map(({ urn }) => urn);
  const update = [...touched].filter((urn) => !replace.includes(urn));
  return {
    server: live.find(({ type, urn }) => type === SERVER && members.has(urn)),
    replace,
    update,
    protected: live.filter((resource) => resource.protect === true && touched.has(resource.urn)).map(({ urn }) => urn),
  };
}

/** A component is no value: who merely names the node as a parent does not follow. */
const isOf = (urn: string, touched: ReadonlySet<string>, component: string): boolean =>
  urn !== component && touched.has(urn);
