import Table from "cli-table3";
import picocolors from "picocolors";
import type { Check } from "./report.ts";

/** What any report of checks has. */
interface Checked {
  readonly ok: boolean;
  readonly checks: readonly Pick<Check, "title" | "status" | "found" | "fix">[];
}

/** The report as a table for people, within 100 columns, followed by what to do. */
export function formatReport({ checks, ok }: Checked, { colour }: { readonly colour: boolean }): string {
  const { green, yellow, red } = picocolors.createColors(colour);
  const paint: Record<Check["status"], (text: string) => string> = { ok: green, warning: yellow, failed: red };
  const table = new Table({
    head: ["status", "check", "found"],
    colWidths: [10, 15, 71],
    wordWrap: true,
    wrapOnWordBoundary: false,
    style: { head: [], border: [] },
  });
  for (const { status, title, found } of checks) table.push([paint[status](status), title, found]);

  const steps = checks.filter(({ fix }) => fix !== "").map(({ title, fix }) => `  ${title}: ${fix}`);
  if (steps.length === 0) return `${table.toString()}\nAll is well.\n`;
  return `${table.toString()}\n${ok ? "Nothing stands in the way. To know:" : "To do:"}\n${steps.join("\n")}\n`;
}
