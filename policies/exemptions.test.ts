import { describe, expect, it } from "vitest";
import { exampleRow, exampleStack, exampleSurroundings } from "./example.ts";
import { loadExemptions, parseExemptions, type Exemption } from "./exemptions.ts";
import { rules } from "./registry.ts";
import { runRules, runRulesOnResource, type RunContext } from "./run.ts";
import { residency } from "./privacy/residency.ts";

const TODAY = "2026-11-21";
const abroad = exampleRow("hcloud:index/server:Server", "edge-1", { location: "ash" });
const nearby = exampleRow("hcloud:index/server:Server", "edge-2", { location: "fsn1" });

const exemption = (change: Partial<Exemption> = {}): Exemption => ({
  rule: "privacy/residency",
  urn: "urn:pulumi:example::*::edge-1",
  owner: "edge@example.org",
  reason: "Latency test with public data only.",
  until: "2026-12-31",
  ...change,
});
const withExemptions = (...list: readonly Exemption[]): RunContext => ({
  ...exampleSurroundings,
  exemptions: { list, today: TODAY },
});
const found = (...list: readonly Exemption[]): unknown[] =>
  runRules([residency], [exampleStack, abroad, nearby], withExemptions(...list)).findings.map(
    ({ rule, level, path, value }) => [rule, level, path, value],
  );
const BROKEN = ["privacy/residency", "mandatory", "location", "ash"];

describe("an exemption", () => {
  it("takes out what it covers, and the verdict says so", () => {
    const verdict = runRules([residency], [exampleStack, abroad], withExemptions(exemption()));
    expect(verdict.findings).toEqual([]);
    expect(verdict.exempted.map(({ finding, exemption: { owner, until } }) => [finding.urn, owner, until])).toEqual([
      [abroad.urn, "edge@example.org", "2026-12-31"],
    ]);
  });

  it.each([
    { what: "another rule", change: { rule: "security/imdsv2" } },
    { what: "another resource", change: { urn: "urn:pulumi:example::*::edge-10" } },
    { what: "a URN in which a dot is a dot", change: { urn: "urn:pulumi:example::*::edge.1" } },
  ])("for $what covers nothing, and is reported as unused", ({ change }) => {
    expect(found(exemption(change))).toEqual([
      BROKEN,
      ["policy/exemption-unused", "advisory", "exemptions[0]", "0 findings"],
    ]);
  });

  it("counts on its last day and no longer", () => {
    expect(found(exemption({ until: TODAY }))).toEqual([]);
    expect(found(exemption({ until: "2026-11-20" }))).toEqual(
      [BROKEN, ["policy/exemption-expired", "mandatory", "exemptions[0]", "2026-11-20"]].toSorted((a, b) =>
        a === BROKEN ? -1 : b === BROKEN ? 1 : 0,
      ),
    );
  });

  it("reaches 90 days ahead and no further", () => {
    expect(found(exemption({ until: "2027-02-19" }))).toEqual([]);
    expect(found(exemption({ until: "2027-02-20" }))).toEqual([
      BROKEN,
      ["policy/exemption-too-long", "mandatory", "exemptions[0]", "2027-02-20"],
    ]);
  });

  it("of another environment is no business of this one", () => {
    const elsewhere = exemption({ urn: "urn:pulumi:production::*", until: "2020-01-01" });
    expect(found(elsewhere)).toEqual([BROKEN]);
  });

  it("lets `up` create the resource", () => {
    expect(runRulesOnResource([residency], abroad, withExemptions()).map(({ rule }) => rule)).toEqual([
      "privacy/residency",
    ]);
    expect(runRulesOnResource([residency], abroad, withExemptions(exemption()))).toEqual([]);
  });

  it("never covers a rule that could not judge", () => {
    const crashing = {
      ...residency,
      check: () => {
        throw new Error("cut off");
      },
    };
    const all = exemption({ urn: "urn:pulumi:example::*" });
    const { undecided } = runRules([crashing], [abroad], withExemptions(all));
    expect(undecided.map(({ message }) => message)).toEqual(["The rule crashed: cut off"]);
  });
});

describe("the file of exemptions", () => {
  const parse = (text: string): readonly Exemption[] =>
    parseExemptions(text, { rules: rules.map(({ id }) => id), name: "exemptions.yaml" });
  const entry = (change: object = {}): string => JSON.stringify({ exemptions: [{ ...exemption(), ...change }] });

  it("is read", () => {
    expect(parse(entry())).toEqual([exemption()]);
    expect(loadExemptions(rules.map(({ id }) => id))).toEqual([]);
  });

  it.each([
    {
      what: "another rule",
      text: entry({ rule: "security/imdsv3" }),
      problem: "exemptions[0].rule: got security/imdsv3; expected the id of a rule, see docs/reference/rules.md",
    },
    {
      what: "any environment",
      text: entry({ urn: "urn:pulumi:*::*" }),
      problem:
        'exemptions[0].urn: got "urn:pulumi:*::*"; expected a URN whose environment is written out, such as urn:pulumi:production::*::api',
    },
    {
      what: "nobody to ask",
      text: entry({ owner: "the edge team" }),
      problem: 'exemptions[0].owner: got "the edge team"; expected an e-mail address',
    },
    {
      what: "no reason",
      text: entry({ reason: "later" }),
      problem: 'exemptions[0].reason: got "later"; expected a sentence of at least 20 characters',
    },
    {
      what: "no such day",
      text: entry({ until: "2027-02-30" }),
      problem: 'exemptions[0].until: got "2027-02-30"; expected a calendar day such as 2027-01-31',
    },
    {
      what: "no end",
      text: entry({ until: undefined }),
      problem: "exemptions[0].until: got nothing; expected a calendar day such as 2027-01-31",
    },
    {
      what: "an empty file",
      text: "",
      problem: "the file: got null; expected Invalid input: expected object, received null",
    },
    {
      what: "text that is not YAML",
      text: "exemptions: [",
      problem: "Flow sequence in block collection must be sufficiently indented and end with a ]",
    },
  ])("with $what is refused", ({ text, problem }) => {
    expect(() => parse(text)).toThrow(`exemptions.yaml: ${problem}`);
  });

  it("names every problem, repetitions among them", () => {
    const twice = JSON.stringify({ exemptions: [exemption(), exemption(), exemption({ rule: "no/rule" })] });
    expect(() => parse(twice)).toThrow(
      "exemptions.yaml: exemptions[1]: repeats exemptions[0]; expected each rule and URN once\n" +
        "exemptions.yaml: exemptions[2].rule: got no/rule; expected the id of a rule",
    );
  });
});
