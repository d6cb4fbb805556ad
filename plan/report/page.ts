import { Decimal } from "decimal.js";
import { count } from "../../stacks/words.ts";
import { amount, sharesOf, type CostShare } from "./shares.ts";
import type { ExplainedFinding, PlanReport } from "./contract.ts";
import { html, Markup } from "./markup.ts";
import { bar, pageOf, table } from "./page-parts.ts";
import { verdictText } from "./verdict.ts";

/** Reports as one page: the verdict, what it costs and whom, and every finding with all that explains it. */
export function toPage(reports: readonly PlanReport[]): string {
  const names = reports.map(({ environment }) => environment).join(", ");
  const body = html`${reports.length > 1 ? contents(reports) : ""} ${reports.map(environmentOf)}`;
  return pageOf({ title: `Plan of ${names}`, style: STYLE, body });
}

const STYLE = new Markup(`
nav { margin-bottom: 2rem; }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; list-style: none; margin: 0; padding: 0; }
a { color: var(--used); }
article + article { border-top: 2px solid var(--line); margin-top: 3.5rem; padding-top: 2rem; }
.figures { display: grid; gap: 0 2.5rem; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); margin: 1.5rem 0 0; }
.figures dt { color: var(--quiet); font-size: .9rem; font-weight: 400; }
.figures dd { font-size: 1.35rem; font-variant-numeric: tabular-nums; margin: 0; }
.figures small { color: var(--quiet); display: block; font-size: .85rem; }
.money td:not(:first-child), .money th:not(:first-child) { font-variant-numeric: tabular-nums; text-align: right; }
.money td:last-child { min-width: 6rem; width: 30%; }
.money td svg { margin-top: .45rem; }
.findings { list-style: none; margin: 0; padding: 0; }
.findings > li { border: 1px solid var(--line); border-left: .3rem solid var(--bad); border-radius: .4rem;
  margin-bottom: .9rem; padding: .75rem 1rem; }
.findings > li.advisory { border-left-color: var(--doubt); }
.findings h3 { color: var(--text); margin: 0; }
.findings h3 span { color: var(--quiet); font-weight: 400; }
.findings p { margin: .35rem 0; }
.findings .fix { font-weight: 600; }
summary { color: var(--quiet); cursor: pointer; }
details dl { display: grid; gap: .15rem 1rem; grid-template-columns: max-content 1fr; margin: .5rem 0; }
details dt { color: var(--quiet); font-weight: 400; }
details dd { margin: 0; overflow-wrap: anywhere; }
pre { background: var(--free); border-radius: .3rem; margin: .5rem 0 0; overflow-x: auto; padding: .6rem .8rem; }
code { font: .85em/1.45 ui-monospace, monospace; }
@media (max-width: 700px) {
  .money td:not(:first-child) { text-align: left; }
  .money td:last-child { width: auto; }
  details dl { grid-template-columns: 1fr; }
}
`);

const TONES = { pass: "good", findings: "bad", undecided: "doubt" } as const;

const contents = (reports: readonly PlanReport[]): Markup =>
  html`<nav aria-label="Environments">
    <ul>
      ${reports.map((report) => html`<li><a href="#${report.environment}">${report.environment}</a>: ${verdictText(report)}</li>`)}
    </ul>
  </nav>`;

function environmentOf(report: PlanReport): Markup {
  const { environment, summary, findings } = report;
  return html`<article id="${environment}">
    <header class="${TONES[summary.verdict]}">
      <h1>${environment}</h1>
      <p class="verdict">${verdictText(report)}</p>
      <p>${count(summary.resources, "resource")}, ${count(findings.length, "finding")}.</p>
    </header>
    <main>${figures(report)} ${costs(report)} ${allocation(report)} ${found(report)} ${spared(report)}</main>
  </article>`;
}

function figures({ cost: { expected, worst }, overview: { providers, keys, bills } }: PlanReport): Markup {
  const figure = (title: string, monthly: string, hourly: string): Markup =>
    html`<div>
      <dt>${title}</dt>
      <dd>€ ${amount(monthly)} <small>a month; € ${amount(hourly)} an hour</small></dd>
    </div>`;
  const tally = (title: string, names: readonly string[]): Markup =>
    html`<div>
      <dt>${title}</dt>
      <dd>${names.length} <small>${names.join(", ")}</small></dd>
    </div>`;
  return html`<dl class="figures">
    ${figure("Expected cost, net of tax", expected.monthly, expected.hourly)}
    ${figure("Worst case, net of tax", worst.monthly, worst.hourly)} ${tally("Providers", providers)}
    ${tally("Keys to hold", keys)} ${tally("Bills", bills)}
  </dl>`;
}

function costs({ cost }: PlanReport): Markup {
  const shares = sharesOf(cost);
  const total = new Decimal(cost.expected.monthly);
  const part = ({ expected }: CostShare): number =>
    total.isZero() ? 0 : new Decimal(expected.monthly).div(total).toNumber();
  const rows = shares.map((share) => [
    html`${share.name}`,
    html`${amount(share.expected.monthly)}`,
    html`${amount(share.worst.monthly)}`,
    bar(part(share), `${share.name}: ${Math.round(part(share) * 100)} % of the expected cost`),
  ]);
  return html`<section class="money">
    <h2>What it costs</h2>
    ${table(["part", "expected €/month", "worst €/month", "share of the expected"], rows)}
  </section>`;
}

function allocation({ overview: { allocation: split, layers } }: PlanReport): Markup {
  const cells = (rows: readonly (readonly string[])[]): readonly (readonly Markup[])[] =>
    rows.map((row) => row.map((cell) => html`${cell}`));
  const euros = ({ own, nodes, shared, total }: (typeof split.teams)[number]): readonly string[] =>
    [own, nodes, shared, total].map(amount);
  const rest = [
    ...split.idle.map(({ pool, euros: left, memoryShare }) => [
      `idle: ${Math.round(memoryShare * 100)} % of pool ${pool}`,
      ...["", "", ""],
      amount(left),
    ]),
    ...(Number(split.unassigned) === 0 ? [] : [["unassigned", "", "", "", amount(split.unassigned)]]),
  ];
  const columns = ["own €/month", "of nodes", "of what is shared", "€/month"];
  return html`<section class="money">
    <h2>Whose it is</h2>
    <p>
      Of the expected month. Nodes are split by the memory that pods ask for, and what serves all in proportion to what
      each has by then.
    </p>
    ${table(["who", ...columns], cells([...split.teams.map((team) => [`team ${team.team}`, ...euros(team)]), ...rest]))}
    <h3>By workload</h3>
    ${table(
      ["workload", ...columns],
      cells(split.workloads.map((own) => [`${own.workload}, ${own.team}`, ...euros(own)])),
    )}
    <h3>By layer</h3>
    ${table(
      ["layer", "workloads", "€/month"],
      cells(layers.map(({ layer, workloads, euros: sum }) => [layer, workloads.join(", "), amount(sum)])),
    )}
  </section>`;
}

function found({ findings }: PlanReport): Markup {
  if (findings.length === 0) return html``;
  return html`<section>
    <h2>Findings</h2>
    <ul class="findings">
      ${findings.map(findingOf)}
    </ul>
  </section>`;
}

function findingOf(finding: ExplainedFinding): Markup {
  const { rule, level, severity, title, urn, message, fix, exemption } = finding;
  return html`<li class="${level}">
    <h3>${title} <span>${rule}, ${level}, ${severity}</span></h3>
    <p>${message}</p>
    <p class="fix">${fix}</p>
    <details>
      <summary>Why, where and whose limit</summary>
      <dl>
        ${facts(finding).map(
          ([term, text]) =>
            html`<dt>${term}</dt>
              <dd>${text}</dd>`,
        )}
        <dt>resource</dt>
        <dd><code>${urn}</code></dd>
      </dl>
      ${
        exemption === ""
          ? html`<p>This can not be exempted.</p>`
          : html`<p>To break it for a while, fill in and add to <code>policies/exemptions.yaml</code>:</p>
              <pre><code>${exemption}</code></pre>`
      }
    </details>
  </li>`;
}

const facts = ({ why, path, value, limit, limitFrom, prices, origin }: ExplainedFinding): [string, string][] =>
  (
    [
      ["why", why],
      ["place", path],
      ["value", value],
      ["allowed", limit],
      ["says who", limitFrom],
      ["prices", prices.join("; ")],
      ["asked for in", `${origin.file}, line ${origin.line}`],
    ] satisfies [string, string][]
  ).filter(([, text]) => text !== "");

function spared({ exempted }: PlanReport): Markup {
  if (exempted.length === 0) return html``;
  const rows = exempted.map(({ finding, exemption: { owner, reason, until } }) =>
    [finding.rule, finding.message, reason, owner, until].map((cell) => html`${cell}`),
  );
  return html`<section>
    <h2>Exempted</h2>
    ${table(["rule", "finding", "why it may", "who answers", "until"], rows)}
  </section>`;
}
