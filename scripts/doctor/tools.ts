import { languagePlugin } from "../../sandbox/session/plugins.ts";
import type { ToolDefinition } from "../../sandbox/toolchain/tools.ts";
import type { Check, ToolReport } from "./report.ts";
import { findTool, type Place } from "./tool-report.ts";

export interface ToolDiagnosis {
  report: ToolReport;
  checks: readonly [pulumi: Check, go: Check];
  /** Free space that having the tool will take. */
  diskGiB: number;
}

/** An unpacked release of Pulumi with its language hosts, rounded up. */
const RELEASE_GIB = 1;

/** Says how the Pulumi CLI is had, or how the next command will get it. Downloads and builds nothing. */
export async function diagnosePulumi(tool: ToolDefinition, place: Place): Promise<ToolDiagnosis> {
  const { report, resolved, go, requiredGo } = await findTool(tool, "up", place);
  const goFound = go === undefined ? "not installed" : go.version;
  const pulumi = { id: "pulumi", title: "Pulumi CLI" } as const;
  const goCheck = { id: "go", title: "Go" } as const;

  if (resolved !== undefined) {
    const { version, way, path, folder } = resolved;
    const host = languagePlugin(folder) === "official" ? "the official one beside it" : "this project's own";
    return {
      report,
      checks: [
        { ...pulumi, status: "ok", found: `${version} (${way}), ${path}\nlanguage host: ${host}`, fix: "" },
        { ...goCheck, status: "ok", found: `${goFound}; not needed, the Pulumi CLI is there`, fix: "" },
      ],
      diskGiB: 0,
    };
  }

  const absent = report.notes.join("\n");
  if (report.next === "download") {
    const found = `${absent}\nthe next \`npm run up\` downloads the pinned release`;
    return {
      report,
      checks: [
        { ...pulumi, status: "warning", found, fix: "Nothing to do, given a network; or put the CLI on PATH." },
        { ...goCheck, status: "ok", found: `${goFound}; needed only if the download fails`, fix: "" },
      ],
      diskGiB: RELEASE_GIB,
    };
  }
  const noRelease = `${absent}\ndownload: no SHA-256 is pinned for ${place.platform}`;
  const install = `install Pulumi CLI ${tool.version} or newer and put it on PATH`;
  if (report.next === "build") {
    const found = `${noRelease}\nthe next \`npm run up\` builds it with Go, in about ${tool.build.minutes} minutes`;
    return {
      report,
      checks: [
        { ...pulumi, status: "warning", found, fix: `Nothing to do; to save the time, ${install}.` },
        { ...goCheck, status: "ok", found: goFound, fix: "" },
      ],
      diskGiB: tool.build.diskGiB,
    };
  }
  return {
    report,
    checks: [
      {
        ...pulumi,
        status: "failed",
        found: noRelease,
        fix: `Either ${install}, or install Go ${requiredGo} or newer to build it.`,
      },
      {
        ...goCheck,
        status: "failed",
        found: go === undefined ? goFound : `${go.version}, older than ${requiredGo}`,
        fix: `Install Go ${requiredGo} or newer, or the Pulumi CLI.`,
      },
    ],
    diskGiB: 0,
  };
}
