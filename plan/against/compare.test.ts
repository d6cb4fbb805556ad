import { describe, expect, it } from "vitest";
import { exampleFinding, exampleReport, itemOf } from "../report/testing.ts";
import { compare } from "./compare.ts";
import { comparison } from "./contract.ts";

const row = (name: string, inputs: Record<string, string>) => ({
  urn: `urn:pulumi:dev::splitfleet::hcloud:index/server:Server::${name}`,
  type: "hcloud:index/server:Server",
  name,
  parent: "",
  labels: {},
  inputs,
  secretPaths: [],
  unknownPaths: [],
});
const identity = ({ urn, type, name }: ReturnType<typeof row>) => ({ urn, type, name });
const [kept, grown, gone, fresh] = [
  row("kept", { a: "1" }),
  row("grown", { a: "1", b: "1" }),
  row("gone", {}),
  row("fresh", {}),
];
const stack = {
  ...kept,
  urn: "urn:pulumi:dev::splitfleet::pulumi:pulumi:Stack::s",
  type: "pulumi:pulumi:Stack",
  name: "s",
};

const before = {
  ...exampleReport([itemOf({ pool: "inference" }, 1, 1), itemOf({}, 0.1, 0.1)], [exampleFinding]),
  rows: [kept, grown, gone],
};
const other = { ...exampleFinding, rule: "security/imdsv2" };
const after = {
  ...exampleReport([itemOf({ pool: "inference" }, 2, 2), itemOf({}, 0.1, 0.1)], [other]),
  rows: [kept, { ...grown, inputs: { a: "2", c: "1" } }, fresh, stack],
};

describe("compare", () => {
  it("finds what was added, removed and changed, by property, components and the stack aside", () => {
    expect(compare(before, after).resources).toEqual({
      before: 3,
      after: 3,
      added: [identity(fresh)],
      removed: [identity(gone)],
      changed: [{ ...identity(grown), properties: ["a", "b", "c"] }],
    });
  });

  it("tells euros as a whole and by the parts that changed", () => {
    const { monthlyEuros } = compare(before, {
      ...after,
      cost: { ...after.cost, expected: { hourly: "2", monthly: "1500.00" } },
    });
    expect(monthlyEuros).toEqual({
      expected: { before: "876.00", after: "1500.00", change: "624.00" },
      worst: { before: "44895.00", after: "44895.00", change: "0.00" },
      parts: [
        {
          name: "pool inference",
          expected: { before: "730.00", after: "1460.00", change: "730.00" },
          worst: { before: "730.00", after: "1460.00", change: "730.00" },
        },
      ],
    });
  });

  it("tells findings by rule, resource and place, whatever their words", () => {
    const { findings } = compare(before, after);
    expect(findings.added.map(({ rule }) => rule)).toEqual(["security/imdsv2"]);
    expect(findings.resolved.map(({ rule }) => rule)).toEqual(["security/no-open-firewall"]);
    const reworded = { ...before, findings: [{ ...exampleFinding, message: "Other words." }] };
    expect(compare(before, reworded).findings).toEqual({ added: [], resolved: [], kept: 1 });
  });

  it("says of a plan that tells no inputs that nothing is known to have changed", () => {
    const old = { ...before, rows: before.rows.map(identity) };
    expect(compare(old, after).resources.changed).toEqual([]);
  });

  it("takes an environment of one side for added or removed as a whole", () => {
    expect(compare(undefined, after)).toMatchObject({
      environment: "dev",
      state: "added",
      verdict: { before: "", after: "findings" },
      resources: { before: 0, after: 3, added: { length: 3 } },
      monthlyEuros: { expected: { before: "0", change: "876.00" } },
    });
    expect(compare(before, undefined)).toMatchObject({
      environment: "dev",
      state: "removed",
      resources: { removed: { length: 3 } },
      monthlyEuros: { expected: { after: "0", change: "-876.00" } },
    });
  });

  it("reports in the form of the contract", () => {
    const result = compare(before, after);
    expect(comparison.parse(result)).toEqual(result);
  });
});
