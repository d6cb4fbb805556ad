import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { refine } from "../../component.ts";
import type { PlannedWorkload } from "../../workloads/plan.ts";
import { withAnnotations } from "./annotations.ts";
import { openPorts } from "./ports.ts";
import { serversOf } from "./selectors.ts";

/** The address of a workload's ports; undefined where there is none. */
export function createService(
  name: string,
  planned: PlannedWorkload,
  fleet: readonly PlannedWorkload[],
  metadata: kubernetes.types.input.meta.v1.ObjectMeta,
  parent: pulumi.Resource,
): kubernetes.core.v1.Service | undefined {
  const { entry, workload } = planned;
  const ports = openPorts(planned, fleet).map(({ name: port, handle }) => ({
    name: port,
    port: handle.port,
    targetPort: handle.port,
    protocol: handle.protocol,
  }));
  if (ports.length === 0) return undefined;
  // For the edge to read; to the network policy the port is closed.
  const names = Object.fromEntries(
    Object.entries(entry.hostnames ?? {}).map(([port, host]) => [`splitfleet/${port}-hostname`, host]),
  );
  // Its pods are waited for with their controller: until then, services would hold up the few that the engine waits for
  // at a time, four for each core, before the controllers' turn has come.
  const annotations = { ...names, "pulumi.com/skipAwait": "true" };
  return new kubernetes.core.v1.Service(
    `${name}-service`,
    refine<kubernetes.core.v1.ServiceArgs>(
      "kubernetes:core/v1:Service",
      { metadata: withAnnotations(metadata, annotations), spec: { selector: serversOf(planned), ports } },
      workload.override?.kubernetes?.service,
    ),
    { parent },
  );
}
