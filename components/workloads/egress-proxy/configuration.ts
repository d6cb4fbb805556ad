import { NOT_INTERNET } from "../../network/ranges.ts";
import type { Egress } from "../contract.ts";

/** A workload, the port of the proxy that is its own, and the hosts that its definition declares. */
export interface Client {
  readonly workload: string;
  readonly port: number;
  readonly egress: readonly Pick<Egress, "host" | "port">[];
}

/** What differs by where Squid runs. */
export interface Settings {
  /** A port that answers and serves nobody: for probes. */
  readonly probePort: number;
  readonly shutdownSeconds: number;
}

/** IPv6 ranges that are not the internet: as the IPv4 ones, and translations of those. Squid reads mapped ones as IPv4. */
const NOT_INTERNET_IPV6 = ["::/96", "64:ff9b::/32", "2002::/16", "fc00::/7", "fe80::/10", "ff00::/8"];

/** One line of JSON for each connection; no path and no query, as none is ever asked for. */
const LOG_FORMAT = JSON.stringify({
  time: "%{%Y-%m-%dT%H:%M:%SZ}tg",
  workload: "%{workload}note",
  verdict: "%Ss",
  status: "%>Hs",
  method: "%rm",
  host: "%>rd",
  port: "%>rP",
  address: "%<a",
  sent: "%>st",
  received: "%<st",
  milliseconds: "%tr",
});

/**
 * Squid's configuration. Who calls is known by the port that is called, which the network policy opens to one workload
 * each. Names are judged before they are resolved, so that not even a question about another name leaves the fleet; and
 * a name that leads inside is refused, whoever may ask for it.
 */
export function configuration(clients: readonly Client[], { probePort, shutdownSeconds }: Settings): string {
  return lines([
    `http_port ${probePort} name=probe`,
    ...clients.map(({ port, workload }) => `http_port ${port} name=${workload}`),
    "",
    "acl probe myportname probe",
    "acl tunnel method CONNECT",
    `acl inside dst ${[...NOT_INTERNET, ...NOT_INTERNET_IPV6].join(" ")}`,
    ...clients.flatMap(rulesOf),
    "http_access deny all",
    "",
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
    "dns_timeout 10 seconds",
    "connect_timeout 10 seconds",
    `shutdown_lifetime ${shutdownSeconds} seconds`,
  ]);
}

const lines = (all: readonly string[]): string => `${all.join("\n")}\n`;

/** The rules of one workload: its hosts by the port at which it may reach them. */
function rulesOf({ workload, egress }: Client): string[] {
  const from = `from:${workload}`;
  return [
    "",
    `acl ${from} myportname ${workload}`,
    `note workload ${workload} ${from}`,
    ...portsOf(egress).flatMap((port) => {
      const hosts = [...new Set(egress.filter((host) => host.port === port).map(({ host }) => host))].toSorted();
      const [hostsName, portName] = [`hosts:${workload}:${port}`, `port:${workload}:${port}`];
      return [
        // Without `-n` the name behind an address that a caller asks for would count.
        ...hosts.map((host) => `acl ${hostsName} dstdomain -n ${host}`),
        `acl ${portName} port ${port}`,
        `http_access allow tunnel ${from} ${portName} ${hostsName} !inside`,
      ];
    }),
  ];
}

/** The ports at which hosts are reached, each once, in their order. */
export const portsOf = (egress: readonly Pick<Egress, "port">[]): number[] =>
  [...new Set(egress.map(({ port }) => port))].toSorted((left, right) => left - right);
