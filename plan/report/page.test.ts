import { expect, it } from "vitest";
import { toPage } from "./page.ts";
import { exampleFinding, exampleReport, itemOf, parseMarkup } from "./testing.ts";

const items = [itemOf({ pool: "inference" }, 0.3, 0.3), itemOf({ pool: "burst" }, 0.9, 61.2)];
const report = exampleReport(items, [exampleFinding]);

it("is well-formed and tells verdict, cost and every finding with what explains it", () => {
  const { names, text } = parseMarkup(toPage([report]));
  expect(names.slice(0, 2)).toEqual(["html", "head"]);
  for (const part of [
    "1 finding to resolve before `up`",
    "€ 876.00 a month; € 1.20 an hour",
    "pool burst 657.00 44 676.00",
    "nodes-firewall lets 0.0.0.0/0 reach port 22 of tcp.",
    "Remove the inbound rule.",
    "says who https://docs.hetzner.com/cloud/firewalls/overview/",
    "asked for in stacks/Pulumi.dev.yaml, line 12",
    "team assistants 10.00 400.00 416.00 826.00",
    "idle: 11 % of pool inference 50.00",
    "inference litellm 826.00",
    "- rule: security/no-open-firewall",
  ]) {
    expect(text).toContain(part);
  }
});

it("says how much of the expected cost each part is, by length and in words", () => {
  const page = toPage([report]).replaceAll(/\s+</g, "<");
  expect(page).toContain('aria-label="pool burst: 75 % of the expected cost"');
  expect(page).toContain('<rect class="used" width="150" height="10" />');
});

it("leads to each of several environments", () => {
  const page = toPage([report, { ...exampleReport([], []), environment: "other" }]);
  expect(page).toContain('<a href="#other">other</a>');
  expect(page).toContain('<article id="other">');
});

it("escapes every text", () => {
  const evil = '"><script>alert(1)</script>';
  const finding = { ...exampleFinding, message: evil, urn: evil, value: evil, exemption: evil };
  expect(parseMarkup(toPage([{ ...exampleReport([], [finding]), environment: evil }])).names).not.toContain("script");
});

it("needs nothing from elsewhere", () => {
  expect(toPage([report])).not.toMatch(/\bsrc=|href="(?!#)|url\(|@import/);
});
