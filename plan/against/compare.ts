import { Decimal } from "decimal.js";
import { sharesOf } from "../report/shares.ts";
import type { Change, ComparedFinding, Comparison } from "./contract.ts";
import type { OtherPlan } from "./other-plan.ts";

type Row = OtherPlan["rows"][number];

/** Compares two plans of one environment; on one side there may be none. */
export function compare(before: OtherPlan | undefined, after: OtherPlan | undefined): Comparison {
  const environment = (after ?? before)?.environment ?? "";
  const [rowsBefore, rowsAfter] = [managed(before), managed(after)];
  const [findingsBefore, findingsAfter] = [before?.findings ?? [], after?.findings ?? []];
  const [was, is] = [keysOf(findingsBefore), keysOf(findingsAfter)];
  const added = findingsAfter.filter((finding) => !was.has(keyOf(finding)));
  return {
    environment,
    state: before === undefined ? "added" : after === undefined ? "removed" : "both",
    verdict: { before: before?.summary.verdict ?? "", after: after?.summary.verdict ?? "" },
    resources: {
      before: rowsBefore.size,
      after: rowsAfter.size,
      added: missingIn(rowsBefore, rowsAfter),
      removed: missingIn(rowsAfter, rowsBefore),
      changed: [...rowsAfter.values()].flatMap((row) => {
        const properties = changedProperties(rowsBefore.get(row.urn)?.inputs, row.inputs);
        return properties.length === 0 ? [] : [{ ...identity(row), properties }];
      }),
    },
    monthlyEuros: {
      expected: change(before?.cost.expected.monthly, after?.cost.expected.monthly),
      worst: change(before?.cost.worst.monthly, after?.cost.worst.monthly),
      parts: changedParts(before, after),
    },
    findings: {
      added: added.map(shown),
      resolved: findingsBefore.filter((finding) => !is.has(keyOf(finding))).map(shown),
      kept: findingsAfter.length - added.length,
    },
  };
}

/** Rows that a provider manages, by URN. */
const managed = (plan: OtherPlan | undefined): ReadonlyMap<string, Row> =>
  new Map(
    (plan?.rows ?? [])
      .filter(({ type }) => !type.startsWith("pulumi:") && !type.startsWith("splitfleet:"))
      .map((row) => [row.urn, row]),
  );

const identity = ({ urn, type, name }: Row): Pick<Row, "urn" | "type" | "name"> => ({ urn, type, name });

const missingIn = (
  side: ReadonlyMap<string, Row>,
  other: ReadonlyMap<string, Row>,
): Pick<Row, "urn" | "type" | "name">[] => [...other.values()].filter(({ urn }) => !side.has(urn)).map(identity);

function changedProperties(before: Row["inputs"], after: Row["inputs"]): string[] {
  if (before === undefined || after === undefined) return [];
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].filter((name) => before[name] !== after[name]).toSorted();
}

function change(before = "0", after = "0"): Change {
  return { before, after, change: new Decimal(after).minus(before).toFixed(2) };
}

function changedParts(
  before: OtherPlan | undefined,
  after: OtherPlan | undefined,
): Comparison["monthlyEuros"]["parts"] {
  const [was, is] = [before, after].map(
    (plan) => new Map((plan === undefined ? [] : sharesOf(plan.cost)).map((share) => [share.name, share])),
  );
  const names = new Set([...(is?.keys() ?? []), ...(was?.keys() ?? [])]);
  return [...names]
    .map((name) => ({
      name,
      expected: change(was?.get(name)?.expected.monthly, is?.get(name)?.expected.monthly),
      worst: change(was?.get(name)?.worst.monthly, is?.get(name)?.worst.monthly),
    }))
    .filter(({ expected, worst }) => Number(expected.change) !== 0 || Number(worst.change) !== 0);
}

const keyOf = ({ rule, urn, path }: ComparedFinding): string => [rule, urn, path].join("\u0000");
const keysOf = (findings: readonly ComparedFinding[]): ReadonlySet<string> => new Set(findings.map(keyOf));

const shown = ({ rule, level, severity, urn, path, message, fix }: ComparedFinding): ComparedFinding => ({
  rule,
  level,
  severity,
  urn,
  path,
  message,
  fix,
});
