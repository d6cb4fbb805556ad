import { type Client, portsOf, routesOf, sourceOf } from "./routes.ts";

/** What differs by where Squid runs. */
export interface Settings {
  /** A port that answers and serves nobody: for probes. */
  readonly probePort: number;
  /** File with {@link hostsFile}. */
  readonly hostsPath: string;
  readonly shutdownSeconds: number;
}

/** One line of JSON for each connection; no path and no query, as none is ever asked for. */
const LOG_FORMAT = JSON.stringify({
  time: "%{%Y-%m-%dT%H:%M:%SZ}tg",
  workload: "%{workload}note",
  verdict: "%Ss",
  status: "%>Hs",
  method: "%rm",
  host: "%>rd",
  port: "%>rP",
  sent: "%>st",
  received: "%<st",
  milliseconds: "%tr",
});

/**
 * Squid's configuration. Who calls is known by the port that is called, which the network policy opens to one workload
 * each. Squid resolves no name: a host that is allowed has an address of loopback, where HAProxy goes on with it, and
 * knows the workload by the address that calls.
 */
export function configuration(clients: readonly Client[], { probePort, hostsPath, shutdownSeconds }: Settings): string {
  return lines([
    `http_port ${probePort} name=probe`,
    ...clients.map(({ port, workload }) => `http_port ${port} name=${workload}`),
    "",
    "acl probe myportname probe",
    "acl tunnel method CONNECT",
    ...clients.flatMap(rulesOf),
    "http_access deny all",
    "",
    `hosts_file ${hostsPath}`,
    `logformat egress ${LOG_FORMAT}`,
    "access_log stdio:/dev/stdout logformat=egress !probe",
    "cache_log /dev/stderr",
    "logfile_rotate 0",
    "",
    "cache deny all",
    "cache_mem 1 MB",
    "memory_pools off",
    // Squid makes room for as many as the container may open, which some runtimes set to a thousand million.
    "max_filedescriptors 16384",
    "pid_filename none",
    "netdb_filename none",
    "pinger_enable off",
    "coredump_dir none",
    "visible_hostname egress-proxy",
    "httpd_suppress_version_string on",
    "connect_timeout 10 seconds",
    `shutdown_lifetime ${shutdownSeconds} seconds`,
  ]);
}

/** The names that Squid knows, as `/etc/hosts` has them. */
export const hostsFile = (clients: readonly Client[]): string =>
  lines([...new Set(routesOf(clients).map(({ host, loopback }) => `${loopback} ${host}`))]);

const lines = (all: readonly string[]): string => all.map((line) => `${line}\n`).join("");

/** The rules of one workload: its hosts by the port at which it may reach them. */
function rulesOf(client: Client, index: number): string[] {
  const { workload } = client;
  const from = `from:${workload}`;
  const routes = routesOf([client]);
  return [
    "",
    `acl ${from} myportname ${workload}`,
    `note workload ${workload} ${from}`,
    `tcp_outgoing_address ${sourceOf(index)} ${from}`,
    ...portsOf(routes).flatMap((port) => {
      const hosts = routes.filter((route) => route.port === port);
      const [hostsName, portName] = [`hosts:${workload}:${port}`, `port:${workload}:${port}`];
      return [
        // Without `-n` the name behind an address that a caller asks for would count.
        ...hosts.map(({ host }) => `acl ${hostsName} dstdomain -n ${host}`),
        `acl ${portName} port ${port}`,
        `http_access allow tunnel ${from} ${portName} ${hostsName}`,
      ];
    }),
  ];
}
