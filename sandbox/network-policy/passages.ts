import { OPERATORS } from "../../components/cluster/operators/registry.ts";
import { portAt, type Verdict } from "./analyze.ts";
import type { Interval } from "./intervals.ts";
import type { Peer } from "./peers.ts";

/** Names the release of a chart's pods. */
export const INSTANCE = "app.kubernetes.io/instance";

/** Ports of an operator's pods that are open to whom no flow can name. */
export interface Passage {
  /** The release that is asked. */
  readonly to: string;
  /** The release that asks; undefined for the API server, whose packets have an address of the pods' network. */
  readonly from?: string;
  /** TCP. */
  readonly ports: readonly number[];
}

/** As the definitions of the operators declare them. */
export const OPERATOR_PASSAGES: readonly Passage[] = OPERATORS.flatMap(({ name, apiServerPorts, askedBy }) => [
  ...(apiServerPorts.length === 0 ? [] : [{ to: name, ports: apiServerPorts }]),
  ...(askedBy === undefined ? [] : [{ to: name, from: askedBy.operator, ports: askedBy.ports }]),
]);

/** The verdicts but for what goes through a passage. */
export const withoutPassages = (
  verdicts: readonly Verdict[],
  peers: readonly Peer[],
  ports: readonly Interval[],
  passages: readonly Passage[],
): Verdict[] =>
  verdicts.flatMap((verdict) => {
    const releaseOf = (number: number): string | undefined => peers[number]?.labels?.[INSTANCE];
    const isPod = peers[verdict.from]?.namespace !== undefined;
    const open = passages.filter(
      ({ from, to }) => to === releaseOf(verdict.to) && (from === undefined ? isPod : from === releaseOf(verdict.from)),
    );
    if (open.length === 0) return [verdict];
    const left = verdict.ports.filter((index) => {
      const { port, protocol } = portAt(ports, index);
      return protocol !== "TCP" || !open.some((passage) => passage.ports.some((each) => holdsOnly(port, each)));
    });
    return left.length === 0 ? [] : [{ ...verdict, ports: left }];
  });

const holdsOnly = ({ first, last }: Interval, port: number): boolean => first === port && last === port;
