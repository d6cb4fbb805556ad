import { readFileSync } from "node:fs";
import path from "node:path";
import { Decimal } from "decimal.js";
import { stringify } from "yaml";
import { checkOf, EXEMPTABLE } from "../../policies/checks.ts";
import type { Cost, LineItem } from "../../policies/cost.ts";
import { latestDay } from "../../policies/exemptions.ts";
import type { Finding } from "../../policies/finding.ts";
import { rules } from "../../policies/registry.ts";
import type { Labels, Row } from "../../policies/row.ts";
import { NAMESPACE } from "../../stacks/namespace.ts";
import { formatPath, type Path } from "../../stacks/problems.ts";
import { readYaml, type YamlDocument } from "../../stacks/yaml-document.ts";
import type { ExplainedFinding } from "./contract.ts";

/** What findings are explained by. */
export interface Evidence {
  readonly rows: readonly Row[];
  readonly cost: Cost;
  /** Absolute path of the environment file. */
  readonly file: string;
  /** ISO date. */
  readonly today: string;
}

/** Price rows that one finding names at most: those of the dearest parts. */
const MOST_PRICES = 3;

/** Adds to a finding what a person needs to act: why it matters, whose limit it is, the price, and the way out. */
export function explainer(evidence: Evidence): (finding: Finding) => ExplainedFinding {
  const file = path.relative(process.cwd(), evidence.file);
  let known: { readonly document: YamlDocument; readonly labels: ReadonlyMap<string, Labels> } | undefined;
  return (finding) => {
    known ??= {
      document: readYaml(file, readFileSync(evidence.file, "utf8")),
      labels: new Map(evidence.rows.map((row) => [row.urn, row.labels])),
    };
    const { document, labels } = known;
    const { title, why, source } = checkOf(finding.rule);
    const section = placeInFile(finding.path, document);
    const origin = section ?? originOf(labels.get(finding.urn) ?? {});
    const { line = 1 } = document.place({ path: origin, got: "", expected: "" }, ["config", ...withNamespace(origin)]);
    const stated = `${file}:${line}, ${formatPath(origin)}`;
    return {
      ...finding,
      title,
      why,
      limitFrom: section === undefined ? limitSource(finding.rule, source) : stated,
      prices: pricesOf(finding, evidence),
      origin: { file, line },
      exemption: exemptionFor(finding, evidence.today),
    };
  };
}

/** The environment file's own place, where the finding is about one. */
function placeInFile(place: string, { value }: YamlDocument): Path | undefined {
  const keys = [...place.matchAll(/\[(\d+)\]|\["([^"]+)"\]|([^.[\]]+)/g)].map(([, index, quoted, key]) =>
    index === undefined ? (quoted ?? key ?? "") : Number(index),
  );
  const { config } = value;
  const sections = typeof config === "object" && config !== null ? config : {};
  return keys.length > 1 && `${NAMESPACE}:${keys[0]}` in sections ? keys : undefined;
}

/** Where the environment file says that there is such a resource: its workload, else its pool, else its team. */
function originOf(labels: Labels): Path {
  const { workload, pool, team } = labels;
  if (workload !== undefined) return ["workloads", workload];
  if (pool !== undefined) return ["pools", pool];
  return team === undefined ? [] : ["teams", team];
}

const withNamespace = ([section, ...rest]: Path): Path =>
  section === undefined ? [] : [`${NAMESPACE}:${section}`, ...rest];

/** A rule's own limit is its parameter where it has one, else what its source demands. */
function limitSource(id: string, source: string): string {
  const parameters = rules.find((rule) => rule.id === id)?.config.safeParse({}).data;
  const names = typeof parameters === "object" && parameters !== null ? Object.entries(parameters) : [];
  if (names.length === 0) return source;
  const stated = names.map(([name, value]) => `${name} = ${JSON.stringify(value)}`).join(", ");
  return `policies/${id}.ts, ${stated}; ${source}`;
}

/** The catalogue rows behind a finding about money: of its resource, or of the dearest parts of the whole. */
function pricesOf({ rule, urn, path: place }: Finding, { cost }: Evidence): string[] {
  if (!rule.startsWith("cost/")) return [];
  const dearest = (items: readonly LineItem[]): readonly LineItem[] =>
    items.toSorted((a, b) => new Decimal(b.worst.monthly).cmp(a.worst.monthly));
  const own = cost.items.filter((item) => item.urn === urn);
  const items = place.startsWith("budget.") ? dearest(cost.items) : own;
  return [...new Set(items.map(({ price }) => price))].slice(0, MOST_PRICES);
}

/** An entry for `policies/exemptions.yaml` that is refused until somebody fills in who answers for it, and why. */
function exemptionFor({ rule, urn }: Finding, today: string): string {
  if (!EXEMPTABLE.includes(rule)) return "";
  const entry = { rule, urn, owner: "<e-mail address>", reason: "<why>", until: latestDay(today) };
  return stringify([entry], { lineWidth: 0 });
}
