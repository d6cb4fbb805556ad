import { z } from "zod";
import { type BuildContext, defineWorkload } from "./contract.ts";
import { type Client, configuration, portsOf } from "./egress-proxy/configuration.ts";

const PORT = 3128;
const PROXY_USER = 13;
const CONFIG = "/etc/egress-proxy/squid.conf";

/**
 * The only way out: opens connections to hosts outside the fleet for workloads whose definitions declare them, and logs
 * every one that it opens or refuses. It judges the name that a workload asks it to connect to. The name within TLS stays
 * unread, so one who serves several sites at an allowed name can be asked for another of them.
 */
export const egressProxy = defineWorkload({
  kind: "egress-proxy",
  summary:
    "The only way to hosts outside the fleet, each workload to those that its definition declares." +
    " Judges the name that a workload asks to be connected to; the server name within TLS is not compared with it",
  memory: "96 MiB, at most 192: nothing is kept, a connection takes some 64 KiB while it is open.",
  runtimes: ["kubernetes", "compose"],
  ports: { proxy: { port: PORT, audience: "cluster", perConsumer: true } },
  spec: {
    replicas: z.int().min(1).max(10).default(2).meta({ description: "Pods; on Docker Compose there is always one." }),
  },
  build: (spec, context) => {
    const clients = clientsOf(context);
    const probe = { tcpPort: PORT, periodSeconds: 10, failureThreshold: 3 };
    return {
      replicas: context.runtime === "compose" ? 1 : spec.replicas,
      container: {
        image: context.image("egress-proxy"),
        command: ["/usr/sbin/squid"],
        args: ["-N", "-f", CONFIG],
        cpu: { request: 0.05 },
        memoryMiB: { request: 96, limit: 192 },
        probes: { readiness: probe, liveness: probe },
        // An answer of a model is not cut off half-way.
        lifecycle: { graceSeconds: 70, drainSeconds: 5 },
        user: PROXY_USER,
      },
      files: { [CONFIG]: configuration(clients, { probePort: PORT, shutdownSeconds: 60 }) },
      internet: portsOf(clients.flatMap(({ egress }) => egress)).map((port) => ({
        port,
        protocol: "TCP" as const,
        purpose: "hosts that other workloads declare",
      })),
      priority: "platform",
    };
  },
});

/** Who has declared hosts. @throws Error if two workloads come to the same port. */
function clientsOf({ consumers, fleet }: Pick<BuildContext, "consumers" | "fleet">): Client[] {
  const clients = consumers.map(({ workload, handle: { port } }) => ({
    workload,
    port,
    egress: fleet.find(({ name }) => name === workload)?.egress ?? [],
  }));
  for (const [index, { workload, port }] of clients.entries()) {
    const other = clients.slice(0, index).find((earlier) => earlier.port === port);
    if (other === undefined) continue;
    throw new Error(`port ${port} would be both ${other.workload}'s and ${workload}'s; give one another name`);
  }
  return clients;
}
