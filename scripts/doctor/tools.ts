import { findGo, requiredGo } from "../../sandbox/toolchain/go.ts";
import { resolveDefinition, ToolchainError } from "../../sandbox/toolchain/resolve.ts";
import type { Platform } from "../../sandbox/toolchain/releases.ts";
import type { ToolDefinition } from "../../sandbox/toolchain/tools.ts";
import { languagePlugin } from "../../sandbox/session/plugins.ts";
import type { Check, ToolReport } from "./report.ts";

export interface ToolDiagnosis {
  report: ToolReport;
  checks: readonly [pulumi: Check, go: Check];
  /** Free space that having the tool will take. */
  diskGiB: number;
}

/** An unpacked release of Pulumi with its language hosts, rounded up. */
const RELEASE_GIB = 1;

/**
 * Says how the Pulumi CLI is had, or how the next command will get it. Downloads and builds nothing.
 *
 * @param place where to look; `cacheFolder` holds `<tool>/<version>/<executable>`
 */
export async function diagnosePulumi(
  tool: ToolDefinition,
  place: { environment: NodeJS.ProcessEnv; platform: Platform; cacheFolder: string },
): Promise<ToolDiagnosis> {
  const required = await requiredGo(tool.build);
  const go = await findGo(required, place.environment);
  const goFound = go === undefined ? "not installed" : go.version;
  const report = { name: tool.name, wanted: tool.version };
  const pulumi = { id: "pulumi", title: "Pulumi CLI" } as const;
  const goCheck = { id: "go", title: "Go" } as const;

  try {
    const { version, way, path, folder, notes } = await resolveDefinition(tool, { ...place, ways: ["path", "cache"] });
    const host = languagePlugin(folder) === "official" ? "the official one beside it" : "this project's own";
    return {
      report: { ...report, version, way: way === "path" ? "path" : "cache", path, next: null, notes },
      checks: [
        { ...pulumi, status: "ok", found: `${version} (${way}), ${path}\nlanguage host: ${host}`, fix: "" },
        { ...goCheck, status: "ok", found: `${goFound}; not needed, the Pulumi CLI is there`, fix: "" },
      ],
      diskGiB: 0,
    };
  } catch (error) {
    if (!(error instanceof ToolchainError)) throw error;
    const missing = { ...report, version: null, way: null, path: null, notes: [...error.notes] };
    const absent = error.notes.join("\n");
    if (tool.release.archives.some(({ platform }) => platform === place.platform)) {
      const found = `${absent}\nthe next \`npm run up\` downloads the pinned release`;
      return {
        report: { ...missing, next: "download" },
        checks: [
          { ...pulumi, status: "warning", found, fix: "Nothing to do, given a network; or put the CLI on PATH." },
          { ...goCheck, status: "ok", found: `${goFound}; needed only if the download fails`, fix: "" },
        ],
        diskGiB: RELEASE_GIB,
      };
    }
    const noRelease = `${absent}\ndownload: no SHA-256 is pinned for ${place.platform}`;
    const install = `install Pulumi CLI ${tool.version} or newer and put it on PATH`;
    if (go?.builds === true) {
      const found = `${noRelease}\nthe next \`npm run up\` builds it with Go, in about ${tool.build.minutes} minutes`;
      return {
        report: { ...missing, next: "build" },
        checks: [
          { ...pulumi, status: "warning", found, fix: `Nothing to do; to save the time, ${install}.` },
          { ...goCheck, status: "ok", found: goFound, fix: "" },
        ],
        diskGiB: tool.build.diskGiB,
      };
    }
    return {
      report: { ...missing, next: null },
      checks: [
        { ...pulumi, status: "failed", found: noRelease, fix: `Either ${install}, or install Go ${required} or newer to build it.` },
        {
          ...goCheck,
          status: "failed",
          found: go === undefined ? goFound : `${go.version}, older than ${required}`,
          fix: `Install Go ${required} or newer, or the Pulumi CLI.`,
        },
      ],
      diskGiB: 0,
    };
  }
}
