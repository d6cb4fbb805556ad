import { NOT_INTERNET } from "../../network/ranges.ts";
import { type Client, type Route, routesOf, sourceOf } from "./routes.ts";

/** What differs by where HAProxy runs. */
export interface Settings {
  /** A port that answers `GET /ready` and nothing else: for probes. */
  readonly probePort: number;
  readonly shutdownSeconds: number;
}

/** IPv6 ranges that are not the internet: as the IPv4 ones, and translations of those. HAProxy reads mapped ones as IPv4. */
const NOT_INTERNET_IPV6 = ["::/96", "64:ff9b::/32", "2002::/16", "fc00::/7", "fe80::/10", "ff00::/8"];

/** One line of JSON for each connection, in the words of Squid's. Only the server name is the caller's own text. */
const LOG_FORMAT = JSON.stringify({
  time: "%[date,utime(%Y-%m-%dT%H:%M:%SZ)]",
  workload: "%[var(txn.workload)]",
  verdict: "%[var(txn.verdict)]",
  host: "%[var(txn.host)]",
  port: "%[var(txn.port)]",
  serverName: "%[var(txn.server_name,),json(utf8s)]",
  address: "%[var(txn.address,)]",
  sent: "%U",
  received: "%B",
  milliseconds: "%Tt",
});

/**
 * HAProxy's configuration: what Squid allowed comes here, and leaves the fleet if its first bytes are a greeting in TLS
 * with the name of the host that was asked for. Nothing is decrypted. Only then is the name resolved; if it leads inside,
 * it is refused, whoever may ask for it.
 */
export function serverNames(clients: readonly Client[], { probePort, shutdownSeconds }: Settings): string {
  const routes = routesOf(clients);
  const workloads = clients.map(
    ({ workload }, index) => `tcp-request content set-var(txn.workload) str(${workload}) if { src ${sourceOf(index)} }`,
  );
  return [
    section("global", [
      // A server name has up to 255 characters, and each may be written as six.
      "log stdout len 4096 format raw local0",
      // Else it starts a thread for each processor of the node, and makes room for as many as it may open.
      "nbthread 1",
      `maxconn ${CONNECTIONS.tls + CONNECTIONS.plain + CONNECTIONS.probe}`,
      `hard-stop-after ${shutdownSeconds}s`,
    ]),
    section("frontend probe", ["mode http", "timeout client 5s", `bind :${probePort}`, "monitor-uri /ready"]),
    section("resolvers names", ["parse-resolv-conf", "accepted_payload_size 8192", "hold valid 10s"]),
    ...frontend("tls", {
      routes: routes.filter(({ withoutTls }) => withoutTls === undefined),
      rules: [...workloads, ...COMPARED, ...RESOLVED],
    }),
    ...frontend("plain", {
      routes: routes.filter(({ withoutTls }) => withoutTls !== undefined),
      rules: [...workloads, ...RESOLVED],
    }),
    section("backend outside", ["mode tcp", "timeout connect 10s", patience("server"), "server outside 0.0.0.0:0"]),
  ].join("\n");
}

/** As many as Squid has memory for; two buffers of 16 KiB for each are 66 MiB. Probes are answered when all are taken. */
const CONNECTIONS = { tls: 1800, plain: 200, probe: 100 } as const;

/** As long as Squid waits for the next byte. */
const patience = (side: "client" | "server"): string => `timeout ${side} 15m`;

const section = (title: string, settings: readonly string[]): string =>
  `${[title, ...settings.map((setting) => `  ${setting}`)].join("\n")}\n`;

function frontend(
  name: "tls" | "plain",
  { routes, rules }: { readonly routes: readonly Route[]; readonly rules: readonly string[] },
): string[] {
  if (routes.length === 0) return [];
  return [
    section(`frontend ${name}`, [
      "mode tcp",
      "log global",
      `log-format '${LOG_FORMAT}'`,
      `maxconn ${CONNECTIONS[name]}`,
      patience("client"),
      ...routes.flatMap(({ host, port, loopback, withoutTls }) => [
        ...(withoutTls === undefined ? [] : [`# Without TLS: ${withoutTls.replaceAll(/\s+/g, " ")}`]),
        // Docker and k3s let every user listen below 1024 in a network of its own.
        `bind ${loopback}:${port} name ${port}:${host}`,
      ]),
      // For the greeting, and the answer of the name server.
      "tcp-request inspect-delay 10s",
      "tcp-request content set-var(txn.port) so_name,field(1,:)",
      "tcp-request content set-var(txn.host) so_name,field(2,:)",
      ...rules,
      "tcp-request content set-var(txn.verdict) str(passed)",
      "tcp-request content set-dst var(txn.address)",
      "tcp-request content set-dst-port var(txn.port)",
      "default_backend outside",
    ]),
  ];
}

const refusedUnless = (verdict: string, condition: string): string[] => [
  `tcp-request content set-var(txn.verdict) str(${verdict})`,
  `tcp-request content reject unless ${condition}`,
];

const COMPARED = [
  ...refusedUnless("no-tls", "{ req.ssl_hello_type 1 }"),
  "tcp-request content set-var(txn.server_name) req.ssl_sni,lower",
  ...refusedUnless("other-server-name", "{ var(txn.server_name),strcmp(txn.host) eq 0 }"),
];

const RESOLVED = [
  "tcp-request content do-resolve(txn.address,names,ipv4) var(txn.host)",
  ...refusedUnless("unresolved", "{ var(txn.address) -m found }"),
  ...refusedUnless("inside", `!{ var(txn.address) -m ip ${[...NOT_INTERNET, ...NOT_INTERNET_IPV6].join(" ")} }`),
];
