import { lineOf } from "../../sandbox/network-policy/differences.ts";
import { type Fill, fillsOf, fillText, quotaFill, shareOf } from "./bars.ts";
import { html, type Markup } from "./markup.ts";
import { PAGE_STYLE } from "./page-style.ts";
import type { NodeReport, RehearsalReport } from "./report.ts";
import { adviceText, flowsText, nextStep, troublesOf, verdictText, writtenIn } from "./words.ts";

/** A rehearsal as one page that needs nothing else: no script, no font, no image from elsewhere. */
export function toPage(report: RehearsalReport): string {
  const { environment, verdict, durationMs } = report;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>Rehearsal of ${environment}: ${verdict}</title>
        <style>
          ${PAGE_STYLE}
        </style>
      </head>
      <body>
        <header class="${verdict}">
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
        </main>
      </body>
    </html> `.text;
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

const BAR = { width: 200, height: 10 } as const;

function fillBar(fill: Fill): Markup {
  const { what, unit } = fill;
  const label = `${what}: ${fillText(fill)} ${unit}`;
  return html`<div class="fill"><span>${what}</span>${barOf(fill, label)}<span>${fillText(fill)} ${unit}</span></div>`;
}

function barOf(fill: Pick<Fill, "used" | "of">, label: string): Markup {
  const full = Math.round(shareOf(fill) * BAR.width);
  return html`<svg viewBox="0 0 ${BAR.width} ${BAR.height}" role="img" aria-label="${label}" preserveAspectRatio="none">
    <rect class="free" width="${BAR.width}" height="${BAR.height}" />
    <rect class="used" width="${full}" height="${BAR.height}" />
  </svg>`;
}

function quotas({ quotas: all }: RehearsalReport): Markup {
  if (all.length === 0) return html``;
  const rows = all.map((quota) => {
    const fill = quotaFill(quota);
    const label = `${fillText(fill)} ${fill.unit}`.trimEnd();
    return [html`${quota.namespace}`, html`${quota.resource}`, html`${label}`, barOf(fill, label)];
  });
  return html`<section>
    <h2>Quotas</h2>
    ${table(["namespace", "resource", "used", ""], rows)}
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

/** Where the screen is narrow, each row becomes a block and each cell says what it is. */
function table(heads: readonly string[], rows: readonly (readonly Markup[])[]): Markup {
  return html`<table>
    <thead>
      <tr>
        ${heads.map((head) => html`<th>${head}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        (cells) =>
          html`<tr>
            ${cells.map((cell, index) => html`<td data-head="${heads[index] ?? ""}">${cell}</td>`)}
          </tr>`,
      )}
    </tbody>
  </table>`;
}
