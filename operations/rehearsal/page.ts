import { lineOf } from "../../sandbox/network-policy/differences.ts";
import { type Fill, fillsOf, fillText, quotaFill, quotaOwner, shareOf } from "./bars.ts";
import { html, type Markup } from "../../plan/report/markup.ts";
import { bar, pageOf, table } from "../../plan/report/page-parts.ts";
import { PAGE_STYLE } from "./page-style.ts";
import type { NodeReport, RehearsalReport } from "./report.ts";
import { adviceText, flowsText, nextStep, troublesOf, verdictText, writtenIn } from "./words.ts";

/** A rehearsal as one page that needs nothing else: no script, no font, no image from elsewhere. */
export function toPage(report: RehearsalReport): string {
  const { environment, verdict, durationMs } = report;
  const tone = verdict === "fits" ? "good" : verdict === "undecided" ? "doubt" : "bad";
  const body = html`<header class="${tone}">
      <h1>${environment}</h1>
      <p class="verdict">${verdictText(report)}</p>
      <p>
        Rehearsed in ${(durationMs / 1000).toFixed(1)} s on a real Kubernetes API server and scheduler. Next:
        ${nextStep(report)}.
      </p>
    </header>
    <main>
      ${troubles(report)} ${advice(report)} ${nodes(report)} ${quotas(report)} ${flows(report)} ${pods(report)}
      ${objects(report)}
    </main>`;
  return pageOf({ title: `Rehearsal of ${environment}: ${verdict}`, style: PAGE_STYLE, body });
}

function troubles(report: RehearsalReport): Markup {
  const found = troublesOf(report);
  if (found.length === 0) return html``;
  return html`<section>
    <h2>What went wrong</h2>
    <ul class="troubles">
      ${found.map(
        ({ kind, what, where, written, reason }) =>
          html`<li>
            <strong>${kind}</strong> <b>${what}</b> <span>${where}</span>${
              written === "" ? "" : html`<p>written in <code>${written}</code></p>`
            }
            <p>${reason}</p>
          </li>`,
      )}
    </ul>
  </section>`;
}

function advice({ advice: all }: RehearsalReport): Markup {
  if (all.length === 0) return html``;
  return html`<section>
    <h2>Cheapest change that fits</h2>
    <dl>
      ${all.map(
        (one) =>
          html`<dt>${one.for} ${one.name}: ${one.shortage}</dt>
            <dd>${adviceText(one)}</dd>`,
      )}
    </dl>
  </section>`;
}

function nodes({ nodes: all }: RehearsalReport): Markup {
  const pools = [...Map.groupBy(all, ({ pool }) => pool)];
  return html`<section>
    <h2>Nodes</h2>
    ${pools.map(
      ([pool, own]) =>
        html`<h3>${pool === "" ? "no pool" : pool}</h3>
          <div class="nodes">${own.map(nodeCard)}</div>`,
    )}
  </section>`;
}

const nodeCard = (node: NodeReport): Markup =>
  html`<figure>
    <figcaption>
      <b>${node.name}</b> <span>${node.zone}, ${node.requested.pods} of ${node.allocatable.pods} pods</span>
    </figcaption>
    ${fillsOf(node).map(fillBar)}
  </figure>`;

function fillBar(fill: Fill): Markup {
  const { what, unit } = fill;
  const label = `${what}: ${fillText(fill)} ${unit}`;
  return html`<div class="fill">
    <span>${what}</span>${bar(shareOf(fill), label)}<span>${fillText(fill)} ${unit}</span>
  </div>`;
}

function quotas({ quotas: all }: RehearsalReport): Markup {
  if (all.length === 0) return html``;
  const rows = all.map((quota) => {
    const fill = quotaFill(quota);
    const label = `${fillText(fill)} ${fill.unit}`.trimEnd();
    const what = quota.pool === "" ? quota.resource : `${quota.resource} of ${quota.pool}`;
    return [html`${quotaOwner(quota)}`, html`${what}`, html`${label}`, bar(shareOf(fill), label)];
  });
  return html`<section>
    <h2>Quotas</h2>
    ${table(["namespace or queue", "resource", "used", ""], rows)}
  </section>`;
}

function flows(report: RehearsalReport): Markup {
  const differences = report.flows?.differences ?? [];
  return html`<section>
    <h2>Network policies</h2>
    <p>${flowsText(report)}</p>
    ${
      differences.length === 0
        ? ""
        : html`<ul>
            ${differences.map((difference) => html`<li>${lineOf(difference)}</li>`)}
          </ul>`
    }
  </section>`;
}

function pods({ pods: all }: RehearsalReport): Markup {
  const rows = all.map(({ namespace, name, workload, pool, node, phase, reason }) =>
    [namespace, name, workload, pool, node ?? "none", phase, reason].map((cell) => html`${cell}`),
  );
  const heads = ["namespace", "pod", "workload", "pool", "node", "phase", "reason"];
  return html`<section>
    <h2>Pods</h2>
    ${table(heads, rows)}
  </section>`;
}

function objects({ objects: all }: RehearsalReport): Markup {
  const rows = all.map((object) => {
    const { kind, namespace, name, state, reason } = object;
    const why = [writtenIn(object), reason].filter((part) => part !== "").join(": ");
    return [kind, namespace, name, state, why].map((cell) => html`${cell}`);
  });
  return html`<section>
    <h2>Objects</h2>
    ${table(["kind", "namespace", "name", "state", "reason"], rows)}
  </section>`;
}
