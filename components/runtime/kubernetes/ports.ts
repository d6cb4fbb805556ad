import type { Audience, Handle } from "../../workloads/contract.ts";
import type { PlannedWorkload } from "../../workloads/plan.ts";

/** A port at which a workload's pods really listen. */
export interface OpenPort {
  readonly name: string;
  readonly handle: Handle;
  readonly audience: Audience;
  /** False for a port that is one consumer's own. */
  readonly shared: boolean;
}

/** The ports of a workload's pods: those of its definition, or in place of one the port of each consumer. */
export function openPorts(
  { name, definition, handles }: PlannedWorkload,
  fleet: readonly PlannedWorkload[],
): OpenPort[] {
  return Object.entries(handles).flatMap(([port, handle]): OpenPort[] => {
    const { audience = "cluster", perConsumer = false } = definition.ports[port] ?? {};
    if (handle.outside === true) return [];
    if (!perConsumer) return [{ name: port, handle, audience, shared: true }];
    return fleet.flatMap((consumer) => {
      const own = consumer.workload.needs?.find((need) => need.workload === name && need.port !== handle.port);
      return own === undefined ? [] : [{ name: `${port}-${consumer.name}`, handle: own, audience, shared: false }];
    });
  });
}
