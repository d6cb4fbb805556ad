import { html, Markup } from "../../plan/report/markup.ts";
import { pageOf, table } from "../../plan/report/page-parts.ts";
import { minutes } from "./judge.ts";
import type { CaseReport, DrillReport } from "./report.ts";
import { verdictText } from "./words.ts";

/** Drills as one page that needs nothing else; each with its timeline drawn. */
export function toPage(report: DrillReport): string {
  const { environment, verdict, durationMs } = report;
  const tone = { passed: "good", failed: "bad", undecided: "doubt" }[verdict];
  const body = html`<header class="${tone}">
      <h1>Drills of ${environment}</h1>
      <p class="verdict">${verdictText(report)}</p>
      <p>
        Run in ${(durationMs / 1000).toFixed(1)} s against simulated clouds and a real Kubernetes control plane. Times
        below are simulated: a second of the machine stands for as many as each drill says.
      </p>
    </header>
    <main>${report.drills.map(section)}</main>`;
  return pageOf({ title: `Drills of ${environment}: ${verdict}`, style: STYLE, body });
}

const STYLE = new Markup(`
.timeline { height: auto; }
.timeline line { stroke: var(--line); stroke-width: 1; }
.timeline text { fill: var(--text); font: 12px system-ui, sans-serif; }
.timeline .axis { fill: var(--quiet); }
.timeline .inject { fill: var(--bad); }
.timeline .recover { fill: var(--used); }
.timeline .held { fill: var(--good); }
.timeline .failed { fill: var(--bad); }
.timeline .seen { fill: var(--quiet); }
.passed { color: var(--good); } .failed { color: var(--bad); } .not-here { color: var(--doubt); }
`);

function section(each: CaseReport): Markup {
  const { drill, subject, verdict, reasons, notes, recoverySeconds, pace, timeline } = each;
  const outcome = {
    passed: `passed, recovered in ${minutes(recoverySeconds ?? 0)} min`,
    failed: "failed",
    "not-here": "can not be had here",
  }[verdict];
  return html`<section>
    <h2>${subject === "" ? drill : `${drill}, ${subject}`}: <span class="${verdict}">${outcome}</span></h2>
    ${list(reasons)} ${list(notes)}
    ${
      timeline.length === 0
        ? ""
        : html`<p>A second stands for ${pace} s.</p>
            ${draw(each)} ${workloads(each)}`
    }
  </section>`;
}

const list = (texts: readonly string[]): Markup =>
  texts.length === 0
    ? html``
    : html`<ul>
        ${texts.map((text) => html`<li>${text}</li>`)}
      </ul>`;

const DRAWING = { width: 1000, left: 220, row: 20, top: 24 } as const;

/** A row for each entry, a dot where it stands in time. */
function draw({ drill, timeline }: CaseReport): Markup {
  const { width, left, row, top } = DRAWING;
  const end = Math.max(1, ...timeline.map(({ atSeconds }) => atSeconds));
  const x = (seconds: number): number => Math.round(10 + (seconds / end) * (left - 20));
  const height = top + timeline.length * row + 8;
  return html`<svg class="timeline" viewBox="0 0 ${width} ${height}" role="img" aria-label="Timeline of ${drill}">
    <text class="axis" x="10" y="14">0:00</text>
    <text class="axis" x="${left - 10}" y="14" text-anchor="end">${minutes(end)} min</text>
    ${timeline.map(({ atSeconds, kind, what }, index) => {
      const y = top + index * row;
      return html`<line x1="10" y1="${y}" x2="${left - 10}" y2="${y}" />
        <circle class="${kind}" cx="${x(atSeconds)}" cy="${y}" r="${kind === "seen" ? 3 : 5}" />
        <text class="${kind}" x="${left}" y="${y + 4}">${minutes(atSeconds)} ${kind}: ${what}</text>`;
    })}
  </svg>`;
}

function workloads({ workloads: all }: CaseReport): Markup {
  const rows = all.map(({ workload, wanted, floor, lowest, reducedSeconds }) =>
    [workload, wanted, floor, lowest, minutes(reducedSeconds)].map((cell) => html`${cell}`),
  );
  return table(["workload", "pods", "floor", "lowest", "reduced for, min"], rows);
}
