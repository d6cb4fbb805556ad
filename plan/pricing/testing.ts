import type { Row, Value } from "../../policies/row.ts";
import type { Price } from "./catalogue/schema.ts";

/** A row for tests: its name decides the URN; `above` is the name of the component it belongs to. */
export function row(
  type: string,
  name: string,
  inputs: { readonly [key: string]: Value },
  rest: Partial<Row> & { readonly above?: string } = {},
): Row {
  const { above, ...overrides } = rest;
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
    ...overrides,
  };
}

export const urnOf = (type: string, name: string): string => `urn:pulumi:test::splitfleet::${type}::${name}`;

export const server = (name: string, inputs: { readonly [key: string]: Value }, rest: Partial<Row> = {}): Row =>
  row(
    "hcloud:index/server:Server",
    name,
    { serverType: "cpx42", location: "fsn1", publicNets: [{ ipv4Enabled: false }], ...inputs },
    rest,
  );

/** A price for tests, valid all of 2026. */
export function price(overrides: Partial<Price> & Pick<Price, "kind" | "unit" | "item" | "amount">): Price {
  const { provider = "hetzner", kind, item, region = "fsn1" } = overrides;
  return {
    id: `${provider}/${kind}/${item}/${region}`,
    provider,
    region,
    currency: "EUR",
    source: "figure made for a test",
    evidence: "provider",
    observedAt: "2026-01-01",
    validUntil: "2026-12-31",
    ...overrides,
  };
}
