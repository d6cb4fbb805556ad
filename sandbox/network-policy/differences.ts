import { type Analysis, portAt, type Side, type Verdict } from "./analyze.ts";
import { type Flow, type Party, type Protocol, PROTOCOLS } from "./flow.ts";
import { addressText, EVERY_PORT, type Interval, intervalText, joined } from "./intervals.ts";
import type { End, Peer } from "./peers.ts";

/** Connections on which policies and declarations disagree, alike ones together. */
export interface Difference {
  /**
   * `blocked`: declared, but the policies do not let it through. `open`: let through, but nobody declared it. `loose`:
   * nobody declared it and one end would let it through, but the other end stops it.
   */
  readonly kind: "blocked" | "open" | "loose";
  /** Each `namespace/workload`, `other pods of namespace` or a range of addresses. */
  readonly from: readonly string[];
  readonly to: readonly string[];
  /** Such as `4000/TCP`, `1-65535/SCTP` or `every port`. */
  readonly ports: string;
  /** What declares it, and which policies let it through or lack it. */
  readonly reason: string;
}

/** One disagreement, before alike ones are put together. */
interface Finding {
  readonly kind: Difference["kind"];
  readonly from: End;
  readonly to: End;
  readonly port: Interval;
  readonly protocol: Protocol;
  readonly reason: string;
}

/**
 * Where the engine's verdicts differ from what is declared, alike ones put together.
 *
 * @param declared The flow that declares a connection, by {@link connectionKey}.
 */
export function differencesOf(
  { verdicts }: Pick<Analysis, "verdicts">,
  peers: readonly Peer[],
  ports: readonly Interval[],
  declared: ReadonlyMap<string, Flow>,
): Difference[] {
  const findings = verdicts.flatMap((verdict) =>
    verdict.ports.flatMap((index): Finding[] => {
      const flow = declared.get(connectionKey(verdict.from, verdict.to, index));
      const [from, to] = [peers[verdict.from], peers[verdict.to]];
      if (from === undefined || to === undefined) {
        throw new Error(`the engine answered about peers ${verdict.from} and ${verdict.to}, which it was not given`);
      }
      const passes = verdict.egress.allowed && verdict.ingress.allowed;
      if (flow !== undefined && passes) return [];
      const kind = flow !== undefined ? "blocked" : passes ? "open" : "loose";
      const reason = flow === undefined ? openReason(verdict, from, to) : `${flow.why}; ${blockedReason(verdict)}`;
      return [{ kind, from: from.end, to: to.end, ...portAt(ports, index), reason }];
    }),
  );
  const single = groups(findings, ({ kind, from, to, reason }) => [kind, from, to, reason]).map(
    ([{ kind, from, to, reason }, alike]): Alike => ({ kind, from: [from], to: [to], ports: portsText(alike), reason }),
  );
  return merge(merge(withoutEchoes(single), "to"), "from")
    .map(({ kind, from, to, ports: text, reason }) => ({
      kind,
      from: from.map(endText),
      to: to.map(endText),
      ports: text,
      reason,
    }))
    .sort((a, b) => compare(lineOf(a), lineOf(b)));
}

/** Names a connection by the indexes that the engine is asked with. */
export const connectionKey = (from: number, to: number, port: number): string => `${from} ${to} ${port}`;

/** A difference on one line. */
export const lineOf = ({ kind, from, to, ports, reason }: Difference): string =>
  `${kind}: ${from.join(", ")} -> ${to.join(", ")}, ${ports}: ${reason}`;

/** The party as a difference names it. */
export function partyText(party: Party): string {
  if (party.kind === "addresses") {
    return party.except === undefined ? party.range : `${party.range} without ${party.except.join(", ")}`;
  }
  return party.kind === "namespace" ? `pods of ${party.namespace}` : `${party.namespace}/${party.name}`;
}

function endText(end: End): string {
  switch (end.kind) {
    case "pods":
      return `${end.namespace}/${end.name}`;
    case "other-pods":
      return `other pods of ${end.namespace}`;
    case "look-alike":
      return `pods of ${end.namespace} labelled like ${end.of}`;
    case "addresses":
      return intervalText(end.addresses, addressText);
  }
}

function openReason({ egress, ingress }: Verdict, from: Peer, to: Peer): string {
  const through = ({ allowed, allowing }: Side, { governed }: Peer, way: string) => {
    if (!governed || !allowed) return [];
    return [allowing.length > 0 ? `${allowing.join(", ")} lets it ${way}` : `no policy keeps it from going ${way}`];
  };
  return [...through(egress, from, "out"), ...through(ingress, to, "in")].join(", ");
}

function blockedReason({ egress, ingress }: Verdict): string {
  const lacking = ({ allowed, selecting }: Side, way: string) =>
    allowed ? [] : [`none of ${selecting.join(", ")} lets it ${way}`];
  return [...lacking(egress, "out"), ...lacking(ingress, "in")].join(", ");
}

function portsText(findings: readonly { readonly port: Interval; readonly protocol: Protocol }[]): string {
  const byProtocol = PROTOCOLS.map((protocol) => ({
    protocol,
    ports: joined(findings.filter((finding) => finding.protocol === protocol).map(({ port }) => port)),
  }));
  const every = ({ first, last }: Interval) => first === EVERY_PORT.first && last === EVERY_PORT.last;
  if (byProtocol.every(({ ports }) => ports.some(every))) return "every port";
  return byProtocol
    .flatMap(({ protocol, ports }) => ports.map((port) => `${intervalText(port)}/${protocol}`))
    .join(", ");
}

interface Alike {
  readonly kind: Difference["kind"];
  readonly from: readonly End[];
  readonly to: readonly End[];
  readonly ports: string;
  readonly reason: string;
}

/** Puts the ends at one side together where all else is alike; neighbouring address ranges become one. */
function merge(findings: readonly Alike[], side: "from" | "to"): Alike[] {
  const other = side === "from" ? "to" : "from";
  return groups(findings, (finding) => [finding.kind, finding[other], finding.ports, finding.reason]).map(
    ([first, alike]) => {
      const ends = alike.flatMap((finding) => finding[side]);
      const ranges = joined(ends.flatMap((end) => (end.kind === "addresses" ? [end.addresses] : [])));
      const pods = ends.filter(({ kind }) => kind !== "addresses").sort((a, b) => compare(endText(a), endText(b)));
      return { ...first, [side]: [...pods, ...ranges.map((addresses): End => ({ kind: "addresses", addresses }))] };
    },
  );
}

/** Leaves out what is found of look-alikes where it holds for any pod of their namespace. */
function withoutEchoes(findings: readonly Alike[]): Alike[] {
  const key = (finding: Alike) => JSON.stringify(finding);
  const plain = (end: End): End => (end.kind === "look-alike" ? { kind: "other-pods", namespace: end.namespace } : end);
  const known = new Set(findings.map(key));
  return findings.filter((finding) => {
    const plainer = key({ ...finding, from: finding.from.map(plain), to: finding.to.map(plain) });
    return plainer === key(finding) || !known.has(plainer);
  });
}

function groups<Item>(items: readonly Item[], keyOf: (item: Item) => unknown): [Item, Item[]][] {
  const found = new Map<string, [Item, Item[]]>();
  for (const item of items) {
    const key = JSON.stringify(keyOf(item));
    const group = found.get(key);
    if (group === undefined) found.set(key, [item, [item]]);
    else group[1].push(item);
  }
  return [...found.values()];
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
