import { z } from "zod";
import { type BuildContext, defineWorkload } from "./contract.ts";
import { configuration, hostsFile } from "./egress-proxy/configuration.ts";
import { type Client, portsOf } from "./egress-proxy/routes.ts";
import { serverNames } from "./egress-proxy/server-names.ts";
import { httpProbes } from "./probes.ts";

const PORT = 3128;
const PROXY_USER = 13;
const CONFIG = "/etc/egress-proxy/squid.conf";
const HOSTS = "/etc/egress-proxy/hosts";

const NAMES_PORT = 3129;
const NAMES_USER = 99;
const NAMES_CONFIG = "/etc/egress-proxy/haproxy.cfg";

const SHUTDOWN_SECONDS = 60;
/** An answer of a model is not cut off half-way. */
const LIFECYCLE = { graceSeconds: SHUTDOWN_SECONDS + 10, drainSeconds: 5 };

/**
 * The only way out: opens connections to hosts outside the fleet for workloads whose definitions declare them, and logs
 * every one that it opens or refuses. Squid judges the name that a workload asks it to connect to, and HAProxy beside it
 * ends what does not greet with the same name in TLS. Nothing is decrypted: what a request within TLS asks the server
 * for, such as another site of a shared server, stays unread.
 */
export const egressProxy = defineWorkload({
  kind: "egress-proxy",
  summary:
    "The only way to hosts outside the fleet, each workload to those that its definition declares." +
    " Judges the name that a workload asks to be connected to, and ends a connection whose server name in TLS is another",
  memory:
    "Squid has what stands below, HAProxy beside it 32 MiB, at most 96: nothing is kept. Idle they measured 26 and 15 MiB;" +
    " an open connection takes some 80 KiB of the one and 14 KiB of the other.",
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
        lifecycle: LIFECYCLE,
        user: PROXY_USER,
      },
      sidecars: {
        "server-names": {
          image: context.image("haproxy"),
          // Told to stop by SIGUSR1, as its image asks for, it lets open connections end.
          command: ["/usr/local/sbin/haproxy", "-db", "-f", NAMES_CONFIG],
          cpu: { request: 0.05 },
          memoryMiB: { request: 32, limit: 96 },
          probes: httpProbes({ port: NAMES_PORT, ready: "/ready" }),
          lifecycle: LIFECYCLE,
          user: NAMES_USER,
        },
      },
      files: {
        [CONFIG]: configuration(clients, { probePort: PORT, hostsPath: HOSTS, shutdownSeconds: SHUTDOWN_SECONDS }),
        [HOSTS]: hostsFile(clients),
        [NAMES_CONFIG]: serverNames(clients, { probePort: NAMES_PORT, shutdownSeconds: SHUTDOWN_SECONDS }),
      },
      internet: portsOf(clients.flatMap(({ egress }) => egress)).map((port) => ({
        port,
        protocol: "TCP" as const,
        purpose: "hosts that other workloads declare",
      })),
      priority: "platform",
    };
  },
});

/** Who has declared hosts. @throws Error if two workloads come to the same port, or a host has one of the proxy's own. */
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
  // Squid holds its ports at every address of loopback.
  const own = [PORT, NAMES_PORT, ...clients.map(({ port }) => port)];
  for (const { workload, egress } of clients) {
    const taken = egress.find(({ port }) => own.includes(port));
    if (taken === undefined) continue;
    throw new Error(`${workload} declares ${taken.host}:${taken.port}, and port ${taken.port} is the proxy's own`);
  }
  return clients;
}
