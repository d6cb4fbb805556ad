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
.timeline { font-size: .9rem; list-style: none; margin: 0 0 1rem; padding: 0; }
.timeline li { align-items: center; display: grid; gap: 1rem; grid-template-columns: minmax(7rem, 18%) 1fr; }
.timeline li > span { min-width: 0; overflow-wrap: anywhere; }
.timeline .axis .track { display: flex; justify-content: space-between; }
.timeline li:not(.axis) .track { background: var(--line); height: 1px; margin: 0 .35rem; position: relative; }
.timeline i { background: currentcolor; border-radius: 50%; height: .6rem; position: absolute; top: 50%;
  transform: translate(-50%, -50%); width: .6rem; }
.timeline .axis, .timeline .seen { color: var(--quiet); }
.timeline .inject, .timeline .failed { color: var(--bad); }
.timeline .recover { color: var(--used); }
.timeline .held { color: var(--good); }
.timeline .seen i { height: .4rem; width: .4rem; }
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

/** A row for each entry: a dot where it stands in time, and what it is. */
function draw({ timeline }: CaseReport): Markup {
  const end = Math.max(1, ...timeline.map(({ atSeconds }) => atSeconds));
  const percent = (seconds: number): string => ((seconds / end) * 100).toFixed(1);
  return html`<ol class="timeline">
    <li class="axis">
      <span class="track">0:00 <span>${minutes(end)} min</span></span>
    </li>
    ${timeline.map(
      ({ atSeconds, kind, what }) =>
        html`<li class="${kind}">
          <span class="track"><i style="left: ${percent(atSeconds)}%"></i></span>
          <span>${minutes(atSeconds)} ${kind}: ${what}</span>
        </li>`,
    )}
  </ol>`;
}

function workloads({ workloads: all }: CaseReport): Markup {
  const rows = all.map(({ workload, wanted, floor, lowest, reducedSeconds }) =>
    [workload, wanted, floor, lowest, minutes(reducedSeconds)].map((cell) => html`${cell}`),
  );
  return table(["workload", "pods", "floor", "lowest", "reduced for, min"], rows);
}
