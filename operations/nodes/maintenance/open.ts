import type { Environment } from "../../../stacks/environment-file.ts";
import { type Nodes, type NodesOptions, openNodes } from "../open-fleet.ts";
import { overMesh } from "../remote.ts";
import { LiveMaintenance } from "./live.ts";
import type { Maintenance } from "./maintenance.ts";
import { TwinMaintenance } from "./twin.ts";

export interface MaintainedNodes extends Nodes {
  readonly maintenance: Maintenance;
}

/** The running nodes of an environment, and what upgrades and restores them. @throws InputError where it is not up */
export function openMaintenance(environment: Environment, options: NodesOptions): MaintainedNodes {
  const nodes = openNodes(environment, options);
  const { name, spec } = environment;
  const maintenance = options.rehearsed
    ? new TwinMaintenance(nodes.folder, nodes.control, { environment: name })
    : new LiveMaintenance(overMesh(), nodes.control, {
        environment: name,
        tailnet: spec.mesh.tailnet,
        vaultToken: process.env["VAULT_TOKEN"],
      });
  return { ...nodes, maintenance };
}
