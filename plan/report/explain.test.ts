import { parseDocument } from "yaml";
import { expect, it } from "vitest";
import { SANDBOX_FILE } from "../../test/harness.ts";
import { exampleRow } from "../../policies/example.ts";
import { parseExemptions } from "../../policies/exemptions.ts";
import { stackUrn } from "../../policies/stack.ts";
import { readFileSync } from "node:fs";
import { explainer } from "./explain.ts";
import { burnOf, exampleFinding, itemOf } from "./testing.ts";

const row = exampleRow("hcloud:index/server:Server", "node", {}, { labels: { pool: "inference" } });
const items = [
  { ...itemOf({ pool: "inference" }, 1, 1), urn: row.urn, price: "hetzner/server/cpx42/fsn1@2026-10-01" },
  { ...itemOf({ pool: "burst" }, 2, 60), price: "aws/on-demand/p5.48xlarge/eu-north-1@2026-11-01" },
];
const explain = explainer({
  rows: [row],
  cost: { currency: "EUR", expected: burnOf(3), worst: burnOf(61), items },
  file: SANDBOX_FILE,
  today: "2026-11-21",
});
const lineOf = (text: string): number =>
  readFileSync(SANDBOX_FILE, "utf8")
    .split("\n")
    .findIndex((line) => line.includes(text)) + 1;

const FILE = "stacks/Pulumi.sandbox.yaml";

it("leads from a limit of the environment file to its line, and from money to the dearest prices", () => {
  const path = "budget.environment.worst.monthlyEuros";
  const line = lineOf("worst: {");
  expect(explain({ ...exampleFinding, rule: "cost/within-budget", urn: stackUrn("sandbox"), path })).toMatchObject({
    title: "The environment, its teams and its pools stay within their budgets",
    limitFrom: `${FILE}:${line}, ${path}`,
    origin: { file: FILE, line },
    prices: ["aws/on-demand/p5.48xlarge/eu-north-1@2026-11-01", "hetzner/server/cpx42/fsn1@2026-10-01"],
  });
});

it("leads from a resource to where the environment file asks for it, and to its own prices", () => {
  const finding = { ...exampleFinding, rule: "cost/stale-price", urn: row.urn, path: "" };
  expect(explain(finding)).toMatchObject({
    origin: { file: FILE, line: lineOf("    inference:") },
    prices: ["hetzner/server/cpx42/fsn1@2026-10-01"],
  });
});

it("leads from a limit that is a rule's own to its parameter and its source", () => {
  expect(explain({ ...exampleFinding, rule: "cost/spot-has-alternatives" }).limitFrom).toMatch(
    /^policies\/cost\/spot-has-alternatives\.ts, minimum = 2; https:\/\//,
  );
});

it("gives an exemption that counts as soon as somebody answers for it", () => {
  const { exemption } = explain({ ...exampleFinding, urn: row.urn });
  expect(parseDocument(exemption).toJS()).toEqual([
    {
      rule: exampleFinding.rule,
      urn: row.urn,
      owner: "<e-mail address>",
      reason: "<why>",
      until: "2027-02-19",
    },
  ]);
  const file = (text: string): string => `exemptions:\n${text.replaceAll(/^/gm, "  ").trimEnd()}\n`;
  const check = { rules: [exampleFinding.rule], name: "exemptions.yaml" };
  expect(() => parseExemptions(file(exemption), check)).toThrow("owner");
  const filled = exemption
    .replace("<e-mail address>", "a@example.org")
    .replace("<why>", "It is moved away in January.");
  expect(parseExemptions(file(filled), check)).toHaveLength(1);
});

it("gives none for what can not be exempted", () => {
  expect(explain({ ...exampleFinding, rule: "policy/no-resources" }).exemption).toBe("");
});
