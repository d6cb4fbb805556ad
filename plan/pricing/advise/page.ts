import { html, Markup } from "../../report/markup.ts";
import { pageOf, table } from "../../report/page-parts.ts";
import type { Point, ProfileAdvice } from "./contract.ts";

const STYLE = new Markup(`
svg.curve { height: auto; max-width: 52rem; }
.curve path { fill: none; stroke-width: 2; }
.curve text { fill: var(--quiet); font-size: 11px; }
.curve line { stroke: var(--line); }
.own { stroke: var(--good); }
.hybrid { stroke: var(--text); stroke-dasharray: 2 3; }
.api { stroke: var(--used); stroke-dasharray: 6 3; }
.now { stroke: var(--doubt) !important; }
.none { border-color: var(--bad); }
`);

const SIZE = { width: 760, height: 360, left: 70, right: 20, top: 15, bottom: 40 } as const;

/** One self-contained page: the recommendation, the ways, the break-even picture and the thresholds. */
export function profilePage(advice: ProfileAdvice): string {
  const { profile, summary, source, recommendation, reasons, ways, runtime, thresholds, curve } = advice;
  const cell = (text: string): Markup => html`${text}`;
  return pageOf({
    title: `Advice on ${profile}`,
    style: STYLE,
    body: html`<header class="${recommendation === "none" ? "bad" : "good"}">
        <h1>${profile}</h1>
        <p class="verdict">${recommendation}</p>
        <p>${summary}</p>
      </header>
      <main>
        <h2>Why</h2>
        <ul>
          ${reasons.map((reason) => html`<li>${reason}</li>`)}
        </ul>
        <h2>Ways, in euros a month</h2>
        ${table(
          ["way", "workloads", "compute", "API", "labour", "total"],
          ways.map((way) => [
            cell(way.kind),
            cell(way.workloads.map(({ name, by }) => `${name}: ${by}`).join("; ")),
            ...[way.computeEuros, way.apiEuros, way.labourEuros, way.totalEuros].map(cell),
          ]),
        )}
        <h2>Cost by volume</h2>
        ${picture(curve, advice.requestsPerMonth)}
        <h2>Runtime: ${runtime.recommendation}</h2>
        <ul>
          ${runtime.reasons.map((reason) => html`<li>${reason}</li>`)}
        </ul>
        <h2>Published thresholds and today's</h2>
        ${table(
          ["question", "published", "today"],
          thresholds.map(({ question, published, today }) => [question, published, today].map(cell)),
        )}
        <p>${source}</p>
      </main>`,
  });
}

/** Both axes are logarithmic: a straight line grows in proportion, a level one not at all. */
function picture(curve: readonly Point[], requestsPerMonth: number): Markup {
  const euros = curve.flatMap(({ selfHostedEuros, hybridEuros, apiEuros }) =>
    [selfHostedEuros, hybridEuros, apiEuros].flatMap((value) => (Number(value) > 0 ? Number(value) : [])),
  );
  const volumes = curve.map((point) => point.requestsPerMonth);
  const x = scale([Math.min(...volumes), Math.max(...volumes)], [SIZE.left, SIZE.width - SIZE.right]);
  const y = scale([Math.min(...euros), Math.max(...euros)], [SIZE.height - SIZE.bottom, SIZE.top]);
  const line = (of: (point: Point) => string | null): string =>
    curve
      .filter((point) => Number(of(point)) > 0)
      .map((point, index) => `${index === 0 ? "M" : "L"}${x(point.requestsPerMonth)},${y(Number(of(point)))}`)
      .join(" ");
  const label =
    "Euros a month by requests a month: self-hosted solid, hybrid dotted, API dashed, this profile upright.";
  return html`<svg class="curve" viewBox="0 0 ${SIZE.width} ${SIZE.height}" role="img" aria-label="${label}">
      ${decades(euros).map(
        (value) =>
          html`<line x1="${SIZE.left}" x2="${SIZE.width - SIZE.right}" y1="${y(value)}" y2="${y(value)}" />
            <text x="${SIZE.left - 8}" y="${y(value) + 4}" text-anchor="end">${value.toLocaleString("en")}</text>`,
      )}
      ${decades(volumes).map(
        (value) =>
          html`<text x="${x(value)}" y="${SIZE.height - SIZE.bottom + 18}" text-anchor="middle">
            ${value.toLocaleString("en")}
          </text>`,
      )}
      ${
        requestsPerMonth > 0
          ? html`<line
              class="now"
              x1="${x(requestsPerMonth)}"
              x2="${x(requestsPerMonth)}"
              y1="${SIZE.top}"
              y2="${SIZE.height - SIZE.bottom}"
            />`
          : html``
      }
      <path class="own" d="${line(({ selfHostedEuros }) => selfHostedEuros)}" />
      <path class="hybrid" d="${line(({ hybridEuros }) => hybridEuros)}" />
      <path class="api" d="${line(({ apiEuros }) => apiEuros)}" />
    </svg>
    <p>${label}</p>`;
}

type Range = readonly [from: number, to: number];

/** Powers of ten within the values, and the first outside of them below. */
function decades(values: readonly number[]): number[] {
  if (values.length === 0) return [];
  const [first, last] = [Math.floor(Math.log10(Math.min(...values))), Math.floor(Math.log10(Math.max(...values)))];
  return Array.from({ length: last - first + 1 }, (_, index) => 10 ** (first + index)).filter(
    (value) => value >= Math.min(...values),
  );
}

const scale =
  ([low, high]: Range, [from, to]: Range) =>
  (value: number): number =>
    Math.round((from + ((to - from) * (Math.log(value) - Math.log(low))) / (Math.log(high) - Math.log(low))) * 10) / 10;
