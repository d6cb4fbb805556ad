import type { Row, Value } from "../../policies/row.ts";
import { catalogueOf, type Catalogue } from "./catalogue/catalogue.ts";
import { KINDS, type Kind, type Price } from "./catalogue/schema.ts";
import { estimate, type EstimateOptions } from "./estimate.ts";

type Inputs = { readonly [key: string]: Value };
type Rest = Partial<Omit<Row, "inputs" | "type" | "name" | "parent">> & { readonly above?: string };

const TODAY = "2026-11-21";

const urnOf = (type: string, name: string): string => `urn:pulumi:test::splitfleet::${type}::${name}`;

/** A row for tests. `above` names its component; an aws row has the explicit provider of {@link awsIn}. */
export function row(type: string, name: string, inputs: Inputs, { above, ...rest }: Rest = {}): Row {
  return {
    urn: urnOf(type, name),
    type,
    name,
    parent: above === undefined ? "" : urnOf("splitfleet:test:Component", above),
    custom: !type.startsWith("splitfleet:"),
    provider: type.startsWith("aws:") ? urnOf("pulumi:providers:aws", "aws") : "",
    inputs,
    labels: {},
    secretPaths: [],
    unknownPaths: [],
    ...rest,
  };
}

export const awsIn = (region: string): Row => row("pulumi:providers:aws", "aws", { region });

/** A Hetzner server without an address, so that it is one line. */
export const server = (name: string, inputs: Inputs = {}, rest: Rest = {}): Row =>
  row(
    "hcloud:index/server:Server",
    name,
    { serverType: "cpx42", location: "fsn1", publicNets: [{ ipv4Enabled: false, ipv6Enabled: true }], ...inputs },
    rest,
  );

/** A price for tests, from `provider/kind/item/region`, valid all of 2026. */
export function price(id: string, amount: string, rest: Partial<Price> = {}): Price {
  const [provider = "", kind = "", item = "", region = ""] = id.split("/");
  if (!isKind(kind)) throw new Error(`${id}: the second part is no kind of price`);
  const currency = provider === "hetzner" ? "EUR" : "USD";
  const dates = { observedAt: "2026-01-01", validUntil: "2026-12-31" };
  const origin = { source: "a figure made for tests", evidence: "provider" } as const;
  return { id, provider, kind, item, region, amount, currency, unit: KINDS[kind], ...origin, ...dates, ...rest };
}

const isKind = (text: string): text is Kind => Object.hasOwn(KINDS, text);

/** Figures of November 2026, apart from the catalogue so that a new price breaks no test. One euro is 1.25 USD. */
const PRICES: readonly Price[] = [
  price("hetzner/server/cpx42/fsn1", "0.1114", { monthlyCap: "69.49" }),
  price("hetzner/server/cpx32/fsn1", "0.0569", { monthlyCap: "35.49" }),
  price("hetzner/backup/server/*", "20"),
  price("hetzner/ipv4/primary/fsn1", "0.0008", { monthlyCap: "0.50" }),
  price("hetzner/volume/volume/fsn1", "0.0572"),
  price("hetzner/load-balancer/lb11/fsn1", "0.0120", { monthlyCap: "7.49", evidence: "unverified" }),
  price("aws/instance-on-demand/p5.48xlarge/eu-north-1", "58.8928"),
  price("aws/instance-on-demand/p5en.48xlarge/eu-north-1", "67.72672"),
  price("aws/instance-spot/p5.48xlarge/eu-north-1", "10.57"),
  price("aws/volume/gp3/eu-north-1", "0.0836"),
  price("aws/ipv4/public/*", "0.005"),
  price("aws/nat-gateway/gateway/eu-north-1", "0.046"),
  price("exchange/exchange-rate/USD/*", "1.25"),
];

/** The estimate by {@link PRICES} on {@link TODAY}. */
export const estimated = (rows: readonly Row[], options: Partial<EstimateOptions> = {}): ReturnType<typeof estimate> =>
  estimate(rows, { catalogue: catalogue(), usage: { pools: {} }, today: TODAY, ...options });

/** {@link PRICES} as a catalogue, with more prices or others in their place. */
export function catalogue(...others: readonly Price[]): Catalogue {
  const replaced = new Set(others.map(({ id }) => id));
  return catalogueOf([...PRICES.filter(({ id }) => !replaced.has(id)), ...others], TODAY);
}

/** Line items as `label: expected hourly / monthly, worst hourly / monthly`. */
export const lines = ({ cost }: ReturnType<typeof estimate>): string[] =>
  cost.items.map(
    ({ label, expected, worst }) =>
      `${label}: ${expected.hourly} / ${expected.monthly}, ${worst.hourly} / ${worst.monthly}`,
  );

/** Findings as `rule level name path = value`. */
export const reported = ({ findings }: ReturnType<typeof estimate>): string[] =>
  findings.map(({ rule, level, urn, path, value }) => `${rule} ${level} ${urn.split("::").at(-1)} ${path} = ${value}`);

/** Deterministic numbers in [0, 1): the mulberry32 generator. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
