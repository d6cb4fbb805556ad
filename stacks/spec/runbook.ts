import type { RegisteredKind } from "../../components/workloads/extensions.ts";
import { registry } from "../../components/workloads/registry.ts";

const HEAD = `# Runbook

Generated from the definitions; do not edit. One page for each alert, by name: what it means, what to look at and what to
do. A \`page\` wakes somebody, a \`ticket\` waits for the morning.
`;

const WATCHDOG = `## Watchdog

It always fires, so that the outside watcher hears of it again and again. No sign of life there means that Prometheus or
Alertmanager is down or can not reach the outside: nobody is told of anything.

1. See whether the pods of Prometheus and Alertmanager run, and their nodes.
2. Look into the egress proxy's log for connections of Alertmanager that it refused.
`;

/** The generated page of every alert: `path` from the project's root, and its text. */
export function generateRunbook(kinds: readonly RegisteredKind[] = registry): { path: string; text: string }[] {
  const pages = kinds
    .flatMap(({ kind, alerts = [] }) => alerts.map((alert) => ({ ...alert, kind })))
    .toSorted((left, right) => (left.name < right.name ? -1 : 1))
    .map(({ name, kind, severity, summary, expression, forMinutes, runbook }) =>
      [
        `## ${name}`,
        "",
        `${summary}. A ${severity} of \`${kind}\`, after ${forMinutes} minutes of:`,
        "",
        "```promql",
        expression,
        "```",
        "",
        ...runbook.map((step, index) => `${index + 1}. ${step}`),
        "",
      ].join("\n"),
    );
  return [{ path: "docs/runbook.md", text: [HEAD, ...pages, WATCHDOG].join("\n") }];
}
