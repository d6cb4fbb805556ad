import { createHash } from "node:crypto";
import { checks, type Check } from "../../policies/checks.ts";
import type { Finding } from "../../policies/finding.ts";
import type { ExplainedFinding, PlanReport } from "./contract.ts";

const SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/** GitHub's scale from 0.1 to 10, by which it ranks findings of a security category. */
const SECURITY_SEVERITY = { critical: "9.5", high: "8.0", medium: "5.5", low: "2.0" } as const;

const levelOf = ({ level }: Pick<Finding, "level">): "error" | "warning" =>
  level === "mandatory" ? "error" : "warning";

/**
 * The findings of all environments as SARIF 2.1.0, for code scanning: one run an environment, each result at the line of
 * the environment file that asks for the resource. What is exempted is there too, as suppressed.
 */
export function toSarif(reports: readonly PlanReport[]): string {
  return `${JSON.stringify({ $schema: SCHEMA, version: "2.1.0", runs: reports.map(runOf) })}\n`;
}

function runOf({ environment, findings, exempted }: PlanReport): object {
  const described = new Set([...findings, ...exempted.map(({ finding }) => finding)].map(({ rule }) => rule));
  const used = checks.filter(({ id }) => described.has(id));
  const indices = new Map(used.map(({ id }, index) => [id, index]));
  const common = (finding: ExplainedFinding): object => resultOf(finding, indices.get(finding.rule) ?? -1);
  return {
    tool: { driver: { name: "splitfleet", informationUri: INFORMATION, rules: used.map(descriptor) } },
    automationDetails: { id: `splitfleet/${environment}/` },
    originalUriBaseIds: { PROJECT: { description: { text: "The project's folder." } } },
    results: [
      ...findings.map(common),
      ...exempted.map(({ finding, exemption: { reason, owner, until } }) => ({
        ...common(finding),
        suppressions: [{ kind: "external", status: "accepted", justification: `${reason} (${owner}, until ${until})` }],
      })),
    ],
  };
}

/** No page of the project's own is known to every copy of it; the format's home is. */
const INFORMATION = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html";

function descriptor({ id, title, why, fix, severity, level, source }: Check): object {
  const [category = "policy"] = id.split("/");
  const [address] = /https:\/\/[^\s,;]+/.exec(source) ?? [];
  return {
    id,
    name: pascalCase(id),
    shortDescription: { text: `${title}.` },
    fullDescription: { text: why },
    help: { text: `${fix}\n\nSource: ${source}`, markdown: `${fix}\n\nSource: ${source}` },
    ...(address === undefined ? {} : { helpUri: address }),
    defaultConfiguration: { level: levelOf({ level }) },
    properties: {
      tags: [category],
      ...(category === "cost" ? {} : { "security-severity": SECURITY_SEVERITY[severity] }),
    },
  };
}

const pascalCase = (id: string): string =>
  id.replaceAll(/(?:^|[/-])([a-z])/g, (_, letter: string) => letter.toUpperCase());

function resultOf(finding: ExplainedFinding, ruleIndex: number): object {
  const { rule, urn, path, message, value, limit, limitFrom, prices, fix, exemption, origin } = finding;
  const lines = [message, `Got ${value || "nothing"}; allowed is ${limit || "nothing of the kind"} (${limitFrom}).`];
  if (prices.length > 0) lines.push(`Prices: ${prices.join("; ")}.`);
  lines.push(`Fix: ${fix}`);
  return {
    ruleId: rule,
    ruleIndex,
    level: levelOf(finding),
    message: { text: lines.join("\n") },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: encodeURI(origin.file.replaceAll("\\", "/")), uriBaseId: "PROJECT" },
          region: { startLine: origin.line },
        },
        logicalLocations: [{ fullyQualifiedName: urn, name: urn.split("::").at(-1) ?? urn, kind: "resource" }],
      },
    ],
    // What a finding is about, not where its line has moved to: so a platform knows it again.
    partialFingerprints: { "splitfleet/v1": digestOf(rule, urn, path) },
    properties: { path, value, limit, limitFrom, prices, fix, exemption },
  };
}

const digestOf = (...parts: readonly string[]): string =>
  createHash("sha256").update(parts.join("\u0000")).digest("hex").slice(0, 32);
