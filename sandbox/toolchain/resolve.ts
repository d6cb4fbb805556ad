import { homedir } from "node:os";
import { join } from "node:path";
import { type OnProgress, type Way, WAYS } from "./progress.ts";
import type { Platform } from "./releases.ts";
import { Search } from "./search.ts";
import { type ToolDefinition, type ToolName, TOOLS } from "./tools.ts";

export interface ResolvedTool {
  name: string;
  version: string;
  /** The executable. */
  path: string;
  /** Where the executable really stands, links followed; an official release has more beside it. */
  folder: string;
  way: Way;
  /** For each way tried before this one, why it did not serve. */
  notes: string[];
}

export interface ResolveOptions {
  /** The ways that may be tried; the order is always that of {@link WAYS}. @default all four */
  ways?: readonly Way[];
  /** Where PATH, HOME, XDG_CACHE_HOME and Go's settings come from. @default process.env */
  environment?: NodeJS.ProcessEnv;
  /** Holds `<tool>/<version>/<executable>`. @default toolsFolder(environment) */
  cacheFolder?: string;
  /** @default this machine's */
  platform?: Platform;
  /** A mirror of the vendor's release host. @default the vendor's */
  releaseBaseUrl?: string;
  /** @default 30 s */
  stallTimeoutMs?: number;
  /** @default "go" */
  goCommand?: string;
  onProgress?: OnProgress;
}

/** {@link ResolveOptions} with every default filled in. */
export type SearchOptions = Required<ResolveOptions>;

/** No way led to the tool. The message lists each with its reason, and what to do. */
export class ToolchainError extends Error {
  override readonly name = "ToolchainError";
  readonly notes: readonly string[];

  constructor(tool: ToolDefinition, notes: readonly string[]) {
    super(
      `${tool.name} ${tool.version} or newer could not be had:\n${notes.map((note) => `  - ${note}`).join("\n")}\n` +
        `Install ${tool.name} and put it on PATH, or install Go and run the command again.`,
    );
    this.notes = notes;
  }
}

/** `$XDG_CACHE_HOME/splitfleet/tools`, by default below `~/.cache`. */
export function toolsFolder(environment: NodeJS.ProcessEnv): string {
  const home = environment["HOME"] || homedir();
  return join(environment["XDG_CACHE_HOME"] || join(home, ".cache"), "splitfleet", "tools");
}

/**
 * Finds an external tool: on PATH (at least the pinned version), in the cache, as the vendor's pinned release, or built
 * from pinned Go modules. What is fetched or built appears in the cache in one step; two runs at once do the work once.
 *
 * @throws ToolchainError when no way leads there
 */
export function resolveTool(name: ToolName, options: ResolveOptions = {}): Promise<ResolvedTool> {
  return resolveDefinition(TOOLS[name], options);
}

/** Several tools by name, one after the other: two builds at once would only share the cores. */
export async function resolveTools<Name extends ToolName>(
  names: readonly Name[],
  options: ResolveOptions = {},
): Promise<Record<Name, ResolvedTool>> {
  const resolved: [Name, ResolvedTool][] = [];
  for (const name of names) resolved.push([name, await resolveTool(name, options)]);
  return Object.fromEntries(resolved) as Record<Name, ResolvedTool>;
}

/** As {@link resolveTool}, for any definition. */
export async function resolveDefinition(tool: ToolDefinition, options: ResolveOptions = {}): Promise<ResolvedTool> {
  const environment = options.environment ?? process.env;
  const search = new Search(tool, {
    ways: options.ways ?? WAYS,
    environment,
    cacheFolder: options.cacheFolder ?? toolsFolder(environment),
    platform: options.platform ?? `${process.platform}-${process.arch}`,
    releaseBaseUrl: options.releaseBaseUrl ?? tool.release.baseUrl,
    stallTimeoutMs: options.stallTimeoutMs ?? 30_000,
    goCommand: options.goCommand ?? "go",
    onProgress: options.onProgress ?? (() => undefined),
  });
  const found = (await search.onPath()) ?? (await search.inCache()) ?? (await search.install());
  if (found === undefined) throw new ToolchainError(tool, search.notes);
  return found;
}
