import type { Egress } from "../contract.ts";

/** A workload, the port of the proxy that is its own, and the hosts that its definition declares. */
export interface Client {
  readonly workload: string;
  readonly port: number;
  readonly egress: readonly Pick<Egress, "host" | "port" | "withoutTls">[];
}

/** A host that some workload may reach at a port. */
export interface Route extends Pick<Egress, "host" | "port" | "withoutTls"> {
  /** Address of loopback at which Squid finds the host, whatever the port, and HAProxy waits for it. */
  readonly loopback: string;
}

/**
 * Every host and port that is declared, once, by name.
 *
 * @throws Error if the same is declared with TLS and without.
 */
export function routesOf(clients: readonly Client[]): Route[] {
  const declared = clients.flatMap(({ workload, egress }) =>
    egress.map(({ host, port, withoutTls }) => ({ workload, host: host.toLowerCase(), port, withoutTls })),
  );
  const hosts = [...new Set(declared.map(({ host }) => host))].toSorted();
  return hosts.flatMap((host, index) => {
    const loopback = loopbackOf(1, index);
    return portsOf(declared.filter((to) => to.host === host)).map((port) => {
      const [first, ...rest] = declared.filter((to) => to.host === host && to.port === port);
      const other = rest.find(({ withoutTls }) => (withoutTls === undefined) !== (first?.withoutTls === undefined));
      if (first !== undefined && other !== undefined) {
        throw new Error(
          `${host}:${port} is declared with TLS and without, by ${first.workload} and ${other.workload}; let both say the same`,
        );
      }
      const { withoutTls } = first ?? {};
      return { host, port, loopback, ...(withoutTls === undefined ? {} : { withoutTls }) };
    });
  });
}

/** Address of loopback from which Squid calls on behalf of the client at an index: it says who calls. */
export const sourceOf = (index: number): string => loopbackOf(2, index);

const loopbackOf = (net: number, index: number): string => `127.${net}.${index >> 8}.${index & 255}`;

/** The ports at which hosts are reached, each once, in their order. */
export const portsOf = (egress: readonly Pick<Egress, "port">[]): number[] =>
  [...new Set(egress.map(({ port }) => port))].toSorted((left, right) => left - right);
