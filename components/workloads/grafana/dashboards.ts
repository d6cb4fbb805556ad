import type { Indicator, Member, Targets } from "../contract.ts";

/** Id of the data source that every panel asks. */
export const PROMETHEUS = "prometheus";

/** A dashboard as Grafana's own file has it. */
interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly panels: readonly object[];
}

const WIDTH = 24;

interface Box {
  readonly type: "timeseries" | "stat" | "table";
  readonly title: string;
  readonly description?: string;
  readonly unit: string;
  readonly expression: string;
  readonly width: number;
  readonly height: number;
  readonly thresholds?: readonly { readonly color: string; readonly value: number | null }[];
}

type Drawn = Pick<Member, "kind" | "panels" | "indicators">;

/** Dashboards by file name: one a kind with panels, one of the whole fleet, and the scorecard. */
export function dashboards(fleet: readonly Drawn[], targets: Targets): Record<string, Dashboard> {
  const kinds = [...new Map(fleet.map((member) => [member.kind, member])).values()];
  const indicators = kinds.flatMap((member) => member.indicators);
  return {
    fleet: dashboard("fleet", "Fleet", OVERVIEW),
    ...(indicators.length === 0
      ? {}
      : {
          scorecard: dashboard(
            "scorecard",
            "Scorecard",
            indicators.flatMap((one) => figure(one, targets)),
          ),
        }),
    ...Object.fromEntries(
      kinds
        .filter(({ panels }) => panels.length > 0)
        .map(({ kind, panels }) => [
          `kind-${kind}`,
          dashboard(
            `kind-${kind}`,
            kind,
            panels.map((panel): Box => ({ type: "timeseries", ...panel, width: WIDTH / 2, height: 8 })),
          ),
        ]),
    ),
  };
}

const OVERVIEW: readonly Box[] = [
  { type: "stat", title: "Targets up", unit: "short", expression: "sum(up)", width: 6, height: 4 },
  {
    type: "stat",
    title: "Targets down",
    unit: "short",
    expression: "count(up == 0) or vector(0)",
    width: 6,
    height: 4,
    thresholds: [
      { color: "green", value: null },
      { color: "red", value: 1 },
    ],
  },
  {
    type: "table",
    title: "Alerts",
    unit: "short",
    expression: 'sum by (alertname, severity, workload, team) (ALERTS{alertstate="firing",severity!="none"})',
    width: 12,
    height: 8,
  },
  {
    type: "timeseries",
    title: "Up by workload",
    unit: "short",
    expression: "sum by (workload) (up)",
    width: 24,
    height: 8,
  },
];

/** The figure of now beside its course; green on the good side of its target. */
function figure({ record, title, unit, target }: Indicator, targets: Targets): Box[] {
  const aim = target === undefined ? undefined : targets[target.name];
  const [below, above] = target?.better === "lower" ? ["green", "red"] : ["red", "green"];
  const judged =
    aim === undefined
      ? {}
      : {
          description: `Target: ${target?.better === "lower" ? "at most" : "at least"} ${aim}`,
          thresholds: [
            { color: below, value: null },
            { color: above, value: aim },
          ],
        };
  return [
    { type: "stat", title, unit, expression: record, width: 6, height: 6, ...judged },
    { type: "timeseries", title: `${title}: course`, unit, expression: record, width: 18, height: 6, ...judged },
  ];
}

function dashboard(uid: string, title: string, boxes: readonly Box[]): Dashboard & Record<string, unknown> {
  return {
    uid,
    title,
    tags: ["splitfleet"],
    schemaVersion: 39,
    editable: false,
    refresh: "1m",
    time: { from: "now-6h", to: "now" },
    links: [{ type: "dashboards", title: "Dashboards", tags: ["splitfleet"], asDropdown: true, keepTime: true }],
    panels: placed(boxes),
  };
}

/** Left to right, and on a new row where the next one does not fit. */
function placed(boxes: readonly Box[]): object[] {
  let x = 0;
  let y = 0;
  let tallest = 0;
  return boxes.map(({ type, title, description, unit, expression, width, height, thresholds }, index) => {
    if (x + width > WIDTH) {
      x = 0;
      y += tallest;
      tallest = 0;
    }
    const gridPos = { x, y, w: width, h: height };
    x += width;
    tallest = Math.max(tallest, height);
    const steps = thresholds ?? [{ color: "green", value: null }];
    return {
      id: index + 1,
      type,
      title,
      ...(description === undefined ? {} : { description }),
      gridPos,
      datasource: { type: "prometheus", uid: PROMETHEUS },
      fieldConfig: { defaults: { unit, thresholds: { mode: "absolute", steps } }, overrides: [] },
      targets: [
        {
          refId: "A",
          datasource: { type: "prometheus", uid: PROMETHEUS },
          expr: expression,
          ...(type === "table" ? { format: "table", instant: true } : { legendFormat: "__auto" }),
        },
      ],
    };
  });
}
