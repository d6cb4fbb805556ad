import { execa } from "execa";
import { z } from "zod";
import { type Protocol, PROTOCOLS } from "./flow.ts";
import type { Interval } from "./intervals.ts";
import type { NetworkPolicy } from "./manifests.ts";
import type { Peer } from "./peers.ts";

const side = z.strictObject({ allowed: z.boolean(), selecting: z.array(z.string()), allowing: z.array(z.string()) });
const verdict = z.strictObject({ from: z.int(), to: z.int(), ports: z.array(z.int()), egress: side, ingress: side });
const answer = z.strictObject({ engine: z.string(), judged: z.int(), verdicts: z.array(verdict) });

/**
 * What one end of a connection says; the policies (`namespace/name`) that select its pod, and those that let the
 * connection through.
 */
export type Side = z.output<typeof side>;

/** Indexes into the peers, and into the ports times {@link PROTOCOLS}: see {@link portIndex}. */
export interface Connection {
  readonly from: number;
  readonly to: number;
  readonly port: number;
}

/** What the engine says about two peers on some ports. */
export type Verdict = z.output<typeof verdict>;

export interface Question {
  readonly policies: readonly NetworkPolicy[];
  readonly peers: readonly Peer[];
  readonly ports: readonly Interval[];
  /** Connections whose verdict is wanted even if they are blocked. */
  readonly declared: readonly Connection[];
}

export interface Analysis {
  /** Module and version of the engine. */
  readonly engine: string;
  /** How many connections were judged. */
  readonly judged: number;
  /** Every connection that one governed end at least lets through, and every declared one. */
  readonly verdicts: readonly Verdict[];
}

/** The engine's number for a port and a protocol, and back by {@link portAt}. */
export const portIndex = (port: number, protocol: Protocol): number =>
  port * PROTOCOLS.length + PROTOCOLS.indexOf(protocol);

export function portAt<Port>(ports: readonly Port[], index: number): { port: Port; protocol: Protocol } {
  const [port, protocol] = [ports[Math.floor(index / PROTOCOLS.length)], PROTOCOLS[index % PROTOCOLS.length]];
  if (port === undefined || protocol === undefined)
    throw new Error(`the engine answered about port ${index}, which it was not asked about`);
  return { port, protocol };
}

/**
 * Asks cyclonus about every connection between two peers of which at least one is governed.
 *
 * @param engine path of the executable `cyclonus-flows`
 * @throws Error with the engine's own words if it cannot judge
 */
export async function analyze(
  engine: string,
  { policies, peers, ports, declared }: Question,
  signal?: AbortSignal,
): Promise<Analysis> {
  const request = {
    policies,
    peers: peers.map(({ address, namespace, namespaceLabels, labels, governed }) => ({
      address,
      namespace,
      namespaceLabels,
      labels,
      governed,
    })),
    ports: ports.flatMap(({ first }) => PROTOCOLS.map((protocol) => ({ number: first, protocol }))),
    declared,
  };
  const result = await execa(engine, [], {
    input: JSON.stringify(request),
    reject: false,
    ...(signal === undefined ? {} : { cancelSignal: signal }),
  });
  if (result.failed)
    throw new Error(`${engine} could not judge the network policies: ${result.stderr || result.shortMessage}`);
  return answer.parse(JSON.parse(result.stdout));
}
