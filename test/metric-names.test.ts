import { parser } from "@prometheus-io/lezer-promql";
import { expect, test } from "vitest";
import type { WorkloadKind } from "../components/workloads/contract.ts";
import { registry } from "../components/workloads/registry.ts";
import { fleetOfEveryKind, workloadOf } from "./fleet-of-every-kind.ts";

interface Parsed {
  readonly names: readonly string[];
  readonly wrong: boolean;
}

/** Names of the metrics that a PromQL expression asks for; those by a regular expression on the name count as wrong. */
function parse(expression: string): Parsed {
  const names: string[] = [];
  let wrong = false;
  parser.parse(expression).iterate({
    enter: ({ name, type, from, to, node }) => {
      if (type.isError) wrong = true;
      if (name !== "VectorSelector") return;
      const identifier = node.getChild("Identifier");
      if (identifier === null) wrong = true;
      else names.push(expression.slice(identifier.from, identifier.to));
      if (expression.slice(from, to).includes("__name__")) wrong = true;
    },
  });
  return { names, wrong };
}

const expressionsOf = ({ kind, alerts = [], panels = [], indicators = [] }: WorkloadKind) => [
  ...alerts.map(({ name, expression }) => ({ place: `${kind} alert ${name}`, expression })),
  ...panels.map(({ title, expression }) => ({ place: `${kind} panel ${title}`, expression })),
  ...indicators.map(({ record, expression }) => ({ place: `${kind} indicator ${record}`, expression })),
];

/** Of the dashboards as Grafana gets them, those that no definition states included. */
const drawn = Object.entries(workloadOf(fleetOfEveryKind("kubernetes"), "grafana").workload.files ?? {})
  .filter(([file]) => file.endsWith(".json"))
  .flatMap(([file, text]) => {
    const { panels } = JSON.parse(text) as { panels: { title: string; targets: { expr: string }[] }[] };
    return panels.flatMap(({ title, targets }) =>
      targets.map(({ expr }) => ({ place: `${file}: ${title}`, expression: expr })),
    );
  });

const expressions = [...registry.flatMap(expressionsOf), ...drawn];

test("a metric is found wherever it stands in an expression, and a broken one is noticed", () => {
  expect(parse('sum by (a) (rate(b{c="d"}[5m])) > 0.05 * sum(e:f) or g offset 1h')).toEqual({
    names: ["b", "e:f", "g"],
    wrong: false,
  });
  expect(parse("sum(rate(b[5m])").wrong).toBe(true);
  expect(parse('{__name__=~"b.*"}').wrong).toBe(true);
});

test("every alert, panel and indicator asks only for metrics that some kind exposes", () => {
  const exposed = new Set([
    ...["fleet:model_tier", "fleet:budget_euros", "fleet:team_budget_euros"],
    ...registry.flatMap(({ metrics, reports = [], indicators = [] }) => [
      ...(metrics?.names ?? []),
      ...reports,
      ...indicators.map(({ record }) => record),
    ]),
  ]);
  const wrong = expressions.flatMap(({ place, expression }) => {
    const parsed = parse(expression);
    const unknown = parsed.names.filter((name) => !exposed.has(name));
    return parsed.wrong || unknown.length > 0 ? [`${place}: ${unknown.join(", ")} in ${expression}`] : [];
  });
  expect(wrong).toEqual([]);
});

test("an alert, panel or indicator of a kind asks for a metric of that kind", () => {
  const strangers = registry.flatMap((kind) =>
    expressionsOf(kind)
      .filter(({ expression }) => {
        const own = new Set([...(kind.metrics?.names ?? []), ...(kind.reports ?? [])]);
        return !parse(expression).names.some((name) => own.has(name));
      })
      .map(({ place }) => place),
  );
  expect(strangers).toEqual([]);
});

test("every alert and every figure of the scorecard has a name of its own", () => {
  const names = registry.flatMap(({ alerts = [], indicators = [] }) => [
    ...alerts.map(({ name }) => name),
    ...indicators.map(({ record }) => record),
  ]);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});
