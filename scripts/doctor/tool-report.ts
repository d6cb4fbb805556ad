import { findGo, type InstalledGo, requiredGo } from "../../sandbox/toolchain/go.ts";
import type { Platform } from "../../sandbox/toolchain/releases.ts";
import { resolveDefinition, type ResolvedTool, ToolchainError } from "../../sandbox/toolchain/resolve.ts";
import type { ToolDefinition } from "../../sandbox/toolchain/tools.ts";
import type { ToolReport } from "./report.ts";

/** Where to look for tools; `cacheFolder` holds `<tool>/<version>/<executable>`. */
export interface Place {
  readonly environment: NodeJS.ProcessEnv;
  readonly platform: Platform;
  readonly cacheFolder: string;
}

export interface ToolFinding {
  readonly report: ToolReport;
  /** Undefined where the tool is not there yet. */
  readonly resolved: ResolvedTool | undefined;
  readonly go: InstalledGo | undefined;
  /** The Go version that a build needs, such as `1.26`. */
  readonly requiredGo: string;
}

/** Says how one tool is had, or how the next command that needs it will get it. Downloads and builds nothing. */
export async function findTool(
  tool: ToolDefinition,
  neededFor: ToolReport["neededFor"],
  place: Place,
): Promise<ToolFinding> {
  const required = await requiredGo(tool.build);
  const go = await findGo(required, place.environment);
  const about = { name: tool.name, neededFor, wanted: tool.oldest ?? tool.version };
  try {
    const resolved = await resolveDefinition(tool, { ...place, ways: ["path", "cache"] });
    const { version, path, notes } = resolved;
    const way = resolved.way === "path" ? "path" : "cache";
    return { report: { ...about, version, way, path, next: null, notes }, resolved, go, requiredGo: required };
  } catch (error) {
    if (!(error instanceof ToolchainError)) throw error;
    const pinned = tool.release.archives.some(({ platform }) => platform === place.platform);
    const next = pinned ? "download" : go?.builds === true ? "build" : null;
    const report: ToolReport = { ...about, version: null, way: null, path: null, next, notes: [...error.notes] };
    return { report, resolved: undefined, go, requiredGo: required };
  }
}
