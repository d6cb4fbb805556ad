import { expect, it } from "vitest";
import { checks } from "../../policies/checks.ts";
import { toJunit } from "./junit.ts";
import { exampleFinding, exampleReport, parseMarkup } from "./testing.ts";

const evil = `"><script>&\u0007</script>`;

it("has a suite for each environment and a case for each rule", () => {
  const xml = toJunit([exampleReport([], []), { ...exampleReport([], []), environment: "other" }]);
  const { names } = parseMarkup(xml);
  expect(names.filter((name) => name === "testsuite")).toHaveLength(2);
  expect(names.filter((name) => name === "testcase")).toHaveLength(2 * checks.length);
  expect(names).not.toContain("failure");
  expect(xml).toContain(`<testsuites name="splitfleet" tests="${2 * checks.length}" failures="0">`);
});

it("fails the case of a rule once, with all that breaks it", () => {
  const second = { ...exampleFinding, path: "rules[1]" };
  const xml = toJunit([exampleReport([], [exampleFinding, second])]);
  expect(parseMarkup(xml).names.filter((name) => name === "failure")).toHaveLength(1);
  expect(xml).toContain(`<testsuite name="dev" tests="${checks.length}" failures="1" errors="0">`);
  expect(xml).toContain('<failure type="critical" message="2 findings">');
  expect(xml).toContain("stacks/Pulumi.dev.yaml:12: urn:pulumi:dev::splitfleet::");
});

it("passes the case of a rule that only warns, and tells the warning", () => {
  const xml = toJunit([exampleReport([], [{ ...exampleFinding, level: "advisory" }])]);
  expect(xml).toContain('failures="0"');
  expect(parseMarkup(xml).names).toContain("system-out");
});

it("skips the case of a rule whose findings are all exempted", () => {
  const exemption = { rule: exampleFinding.rule, urn: "", owner: "", reason: "", until: "2027-01-31" };
  const xml = toJunit([{ ...exampleReport([], []), exempted: [{ finding: exampleFinding, exemption }] }]);
  expect(xml).toContain('<skipped message="exempted for a while"/>');
});

it("escapes every text and leaves out what XML can not hold", () => {
  const xml = toJunit([exampleReport([], [{ ...exampleFinding, message: evil, value: evil, urn: evil }])]);
  expect(parseMarkup(xml).names).not.toContain("script");
  expect(xml).not.toContain("\u0007");
});
