import { InputError } from "../errors.ts";
import type { DeclaredNode } from "../nodes/inventory.ts";
import type { MeshDevice, TailscaleApi } from "../tailscale.ts";
import { Unasked, type Found, type Inventory } from "./found.ts";

/**
 * Devices of the tailnet that carry a tag: people's own have none. A device belongs to the environment whose node has its
 * host name; a tag could also be of a runner, which stays.
 */
export function meshInventory(
  api: Pick<TailscaleApi, "devices" | "remove">,
  environment: string,
  nodes: readonly Pick<DeclaredNode, "name" | "provider">[],
): Inventory {
  const provider = "tailscale";
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const toFound = ({ nodeId, hostname }: MeshDevice): Found => {
    const node = byName.get(hostname);
    return {
      provider,
      kind: "device",
      id: nodeId,
      name: hostname,
      environment: node === undefined ? undefined : environment,
      ...(node?.provider === "onprem" ? { stays: "is a machine of your own; take it off the mesh there" } : {}),
    };
  };
  return {
    provider,
    list: async () => {
      try {
        return (await api.devices()).filter(({ tags }) => tags.length > 0).map(toFound);
      } catch (error) {
        throw error instanceof InputError ? new Unasked(error.message) : error;
      }
    },
    remove: ({ id }) => api.remove({ nodeId: id }),
  };
}
