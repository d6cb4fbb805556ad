import { constants } from "node:fs";
import { access, realpath, stat } from "node:fs/promises";
import { basename, delimiter, dirname, join } from "node:path";
import { execa } from "execa";
import type { ToolDefinition } from "./tools.ts";
import { findVersion, isAtLeast } from "./version.ts";

/** An executable that was asked for its version: usable, or why not. */
export type Probe = { path: string } & ({ usable: true; version: string } | { usable: false; reason: string });

type Probed = Pick<ToolDefinition, "version" | "oldest" | "silent" | "versionArguments" | "versionEnvironment">;

/** How long a tool may take to print its version before it counts as broken. */
const VERSION_TIMEOUT_MS = 20_000;

/** Runs the executable to see that it works on this machine and is at least the oldest that serves. */
export async function probe(tool: Probed, path: string, environment: NodeJS.ProcessEnv): Promise<Probe> {
  const result = await execa(path, tool.versionArguments, {
    env: { ...environment, ...tool.versionEnvironment },
    extendEnv: false,
    stdin: "ignore",
    reject: false,
    timeout: VERSION_TIMEOUT_MS,
  });
  const asked = `\`${[path, ...tool.versionArguments].join(" ")}\``;
  if (result.failed) return { path, usable: false, reason: `${asked} failed: ${result.shortMessage}` };
  if (tool.silent === true) return { path, usable: true, version: tool.version };
  const version = findVersion(result.stdout);
  if (version === undefined) return { path, usable: false, reason: `${asked} printed no version` };
  const oldest = tool.oldest ?? tool.version;
  if (!isAtLeast(version, oldest)) {
    return { path, usable: false, reason: `${path} is ${version}, older than ${oldest}` };
  }
  return { path, usable: true, version };
}

/** Every executable of that name on PATH, in PATH's order. */
export async function findOnPath(name: string, environment: NodeJS.ProcessEnv): Promise<string[]> {
  const folders = (environment["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  const candidates = [...new Set(folders)].map((folder) => join(folder, name));
  const executable = await Promise.all(candidates.map(isExecutable));
  return candidates.filter((_, index) => executable[index]);
}

/**
 * The folder in which an executable really stands, beside what its release brought along. A link is followed, unless it
 * leads to a launcher of another name, as version managers make them.
 */
export async function folderOf(path: string): Promise<string> {
  const target = await realpath(path);
  return dirname(basename(target) === basename(path) ? target : path);
}

/** Whether the path is a file that this user may execute. */
export async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
