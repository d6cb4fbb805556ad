import { checks, checkOf } from "../../policies/checks.ts";
import { escapeHtml } from "./markup.ts";
import type { ExplainedFinding, PlanReport } from "./contract.ts";

/**
 * The rules as tests in JUnit's XML, one suite an environment and one case a rule: failed by mandatory findings,
 * in error where it could not be decided, passed with words on standard output where it only warns.
 */
export function toJunit(reports: readonly PlanReport[]): string {
  const suites = reports.map(suiteOf);
  const sum = (key: "tests" | "failures"): number => suites.reduce((total, suite) => total + suite[key], 0);
  const head = `<testsuites name="splitfleet" tests="${sum("tests")}" failures="${sum("failures")}">`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n${head}\n${suites.map(({ text }) => text).join("\n")}\n</testsuites>\n`;
}

interface Suite {
  readonly tests: number;
  readonly failures: number;
  readonly text: string;
}

function suiteOf({ environment, findings, exempted }: PlanReport): Suite {
  const found = Map.groupBy(findings, ({ rule }) => rule);
  const spared = Map.groupBy(exempted, ({ finding }) => finding.rule);
  const cases = checks.map(({ id }) => {
    const own = found.get(id) ?? [];
    const mandatory = own.filter(({ level }) => level === "mandatory");
    const advisory = own.filter(({ level }) => level === "advisory");
    const skipped = own.length === 0 && spared.has(id) ? `<skipped message="exempted for a while"/>` : "";
    const said = advisory.length === 0 ? "" : `<system-out>${xml(advisory.map(textOf).join("\n\n"))}</system-out>`;
    const content = `${skipped}${mandatory.length === 0 ? "" : failureOf(mandatory)}${said}`;
    const attributes = `classname="${xml(`${environment}.${id.split("/")[0] ?? ""}`)}" name="${xml(nameOf(id))}"`;
    return { failed: mandatory.length > 0, text: `    <testcase ${attributes}>${content}</testcase>` };
  });
  const failures = cases.filter(({ failed }) => failed).length;
  const head = `  <testsuite name="${xml(environment)}" tests="${cases.length}" failures="${failures}" errors="0">`;
  return {
    tests: cases.length,
    failures,
    text: [head, ...cases.map(({ text }) => text), "  </testsuite>"].join("\n"),
  };
}

const nameOf = (id: string): string => `${id}: ${checkOf(id).title}`;

function failureOf(findings: readonly ExplainedFinding[]): string {
  const [first] = findings;
  const message = findings.length === 1 ? (first?.message ?? "") : `${findings.length} findings`;
  return `<failure type="${xml(first?.severity ?? "")}" message="${xml(message)}">${xml(findings.map(textOf).join("\n\n"))}</failure>`;
}

const textOf = ({ urn, path, message, value, limit, limitFrom, fix, origin }: ExplainedFinding): string =>
  [
    `${origin.file}:${origin.line}: ${urn}${path === "" ? "" : ` ${path}`}`,
    message,
    `Got ${value || "nothing"}; allowed is ${limit || "nothing of the kind"} (${limitFrom}).`,
    `Fix: ${fix}`,
  ].join("\n");

/** XML 1.0 knows no control characters but tab and line ends, not even escaped. */
const xml = (text: string): string =>
  escapeHtml(text.replaceAll(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g, "\uFFFD"));
