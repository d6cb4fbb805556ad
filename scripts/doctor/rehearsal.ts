import type { ToolDefinition } from "../../sandbox/toolchain/tools.ts";
import type { Check, ToolReport } from "./report.ts";
import { findTool, type Place } from "./tool-report.ts";

export interface RehearsalDiagnosis {
  readonly reports: readonly ToolReport[];
  readonly check: Check;
}

/**
 * Says how the tools that only `rehearse` needs are had. What is missing is a warning at most: every other verb works
 * without. Downloads and builds nothing.
 */
export async function diagnoseRehearsal(tools: readonly ToolDefinition[], place: Place): Promise<RehearsalDiagnosis> {
  const findings = await Promise.all(tools.map((tool) => findTool(tool, "rehearse", place)));
  const reports = findings.map(({ report }) => report);
  const check = { id: "rehearsal", title: "Rehearsal" } as const;
  if (!place.platform.startsWith("linux-")) {
    const found = "`npm run rehearse` runs on Linux only";
    const fix = "To rehearse, use a Linux machine or container.";
    return { reports, check: { ...check, status: "warning", found, fix } };
  }

  const lines = findings.map(({ report: { name, version, way }, resolved }) =>
    resolved === undefined ? `${name}: not there` : `${name}: ${version} (${way})`,
  );
  const missing = tools.filter((_, index) => findings[index]?.resolved === undefined);
  if (missing.length === 0) return { reports, check: { ...check, status: "ok", found: lines.join("\n"), fix: "" } };

  const { minutes, diskGiB } = buildOf(missing);
  const effort = `about ${minutes} minutes and ${diskGiB} GiB of disk`;
  const builds = reports.every(({ way, next }) => way !== null || next !== null);
  const goVersions = findings.map(({ requiredGo }) => requiredGo).toSorted();
  const outlook = `the next \`npm run rehearse\` builds what is missing with Go: ${effort}`;
  const found = [...lines, ...(builds ? [outlook] : [])];
  const fix = builds
    ? "Nothing to do; to save the time, put the tools on PATH."
    : `To rehearse, install Go ${goVersions.at(-1)} or newer (a build takes ${effort}), or put the tools on PATH.`;
  return { reports, check: { ...check, status: "warning", found: found.join("\n"), fix } };
}

/** What building takes; tools of one module are built together. */
function buildOf(tools: readonly ToolDefinition[]): { minutes: number; diskGiB: number } {
  const modules = [...new Map(tools.map(({ build }) => [build.folder, build])).values()];
  const sum = (values: readonly number[]): number =>
    Math.round(values.reduce((total, value) => total + value, 0) * 10) / 10;
  return { minutes: sum(modules.map(({ minutes }) => minutes)), diskGiB: sum(modules.map(({ diskGiB }) => diskGiB)) };
}
