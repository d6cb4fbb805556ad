import { expect, test } from "vitest";
import { parseMarkup as parse } from "../../plan/report/testing.ts";
import { toPage } from "./page.ts";
import { FITS, WRONG } from "./testdata/reports.ts";

const countOf = (names: readonly string[], name: string): number => names.filter((each) => each === name).length;

test("a page is well-formed and has a bar for each fill of each node and each quota", () => {
  const { names, text } = parse(toPage(FITS));
  expect(countOf(names, "figure")).toBe(2);
  expect(countOf(names, "svg")).toBe(2 + 3 + 4);
  expect(countOf(names, "table")).toBe(3);
  expect(text).toContain("fits: 1 object accepted, 1 pod placed");
  expect(text).toContain("memory 2.9 of 15.4 GiB");
  expect(text).not.toContain("What went wrong");
});

test("a bar is as long as its node is full", () => {
  const bar = [
    'aria-label="memory: 2.9 of 15.4 GiB" preserveAspectRatio="none">',
    '<rect class="free" width="200" height="10" />',
    '<rect class="used" width="38" height="10" />',
  ];
  expect(toPage(FITS).replaceAll(/\s+</g, "<")).toContain(bar.join(""));
});

test("every reason is there and every text is escaped", () => {
  const { text } = parse(toPage(WRONG));
  expect(text).toContain("lets it in &lt;b&gt;&amp;");
  expect(text).toContain("written in components/workloads/litellm.ts, spec.template.spec.containers[0].image");
  expect(text).toContain("0/4 nodes are available: 2 Insufficient memory, 2 node(s) didn&#39;t match");
  expect(text).toContain("cpx42 instead of cpx32: +68.00 EUR a month expected, +68.00 worst");
  const evil = '"><script>alert(1)</script>';
  const { names } = parse(
    toPage({ ...WRONG, environment: evil, nodes: FITS.nodes.map((node) => ({ ...node, name: evil, zone: evil })) }),
  );
  expect(names).not.toContain("script");
});

test("it needs nothing from elsewhere", () => {
  expect(toPage(WRONG)).not.toMatch(/\b(?:src|href)=|url\(|@import|https?:/);
});
