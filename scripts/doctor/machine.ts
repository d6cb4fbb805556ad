import { constants } from "node:fs";
import { access, readdir, stat, statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { layoutOf } from "../../sandbox/session/layout.ts";
import { readLocks } from "../../sandbox/session/state.ts";
import { findOnPath } from "../../sandbox/toolchain/probe.ts";
import { findVersion } from "../../sandbox/toolchain/version.ts";
import { MINIMUM_NODE, runsTypeScript } from "../../stacks/node-version.mjs";
import { packagesInstalled } from "../bootstrap/packages.mjs";
import type { Check } from "./report.ts";

/** Logs, worlds and events of a few rehearsals. */
const SPARE_GIB = 0.5;

export function checkNode(version: string, executable: string): Check {
  const check = { id: "node", title: "Node", found: `${version}, ${executable}` } as const;
  if (runsTypeScript(version)) return { ...check, status: "ok", fix: "" };
  return { ...check, status: "failed", fix: `Install Node 24 (${MINIMUM_NODE} at least) and put it first on PATH.` };
}

export function checkPackages(root: string, platform: string): Check {
  const check = { id: "packages", title: "npm packages" } as const;
  if (packagesInstalled(root, platform)) return { ...check, status: "ok", found: "as package-lock.json asks", fix: "" };
  const found = "node_modules differs from package-lock.json";
  return { ...check, status: "failed", found, fix: "Run any verb by npm, such as `npm run doctor`: it installs them." };
}

export async function checkGit(environment: NodeJS.ProcessEnv): Promise<Check> {
  const check = { id: "git", title: "git" } as const;
  const result = await execa("git", ["--version"], { env: environment, extendEnv: false, reject: false });
  const version = result.failed ? undefined : findVersion(result.stdout);
  if (version !== undefined) return { ...check, status: "ok", found: version, fix: "" };
  return { ...check, status: "warning", found: "not installed", fix: "Install git to compare plans over time." };
}

/** On Linux, `setpriv` ends the sandbox's processes with the command that started them, however that ends. */
export async function checkSetpriv(environment: NodeJS.ProcessEnv, platform: string): Promise<Check> {
  const check = { id: "setpriv", title: "setpriv" } as const;
  if (!platform.startsWith("linux-")) return { ...check, status: "ok", found: "not used on this system", fix: "" };
  const [path] = await findOnPath("setpriv", environment);
  if (path !== undefined) return { ...check, status: "ok", found: path, fix: "" };
  const found = "not installed; a killed `up` may leave processes that end a little later";
  return { ...check, status: "warning", found, fix: "Install util-linux." };
}

/** @param neededGiB what is still to be downloaded or built */
export async function checkDisk(cacheFolder: string, neededGiB: number): Promise<Check> {
  const { bavail, bsize } = await statfs(await nearestExisting(cacheFolder));
  const freeGiB = (bavail * bsize) / 2 ** 30;
  const check = { id: "disk", title: "Disk", found: `${freeGiB.toFixed(1)} GiB free for ${cacheFolder}` } as const;
  const wantedGiB = neededGiB + SPARE_GIB;
  if (freeGiB >= wantedGiB) return { ...check, status: "ok", fix: "" };
  return {
    ...check,
    status: "failed",
    fix: `Free ${wantedGiB.toFixed(1)} GiB, or set XDG_CACHE_HOME to a folder on a larger disk.`,
  };
}

/** Whether each folder can be written, or made where it does not exist yet. */
export async function checkFolders(folders: readonly string[]): Promise<Check> {
  const writable = await Promise.all(folders.map(isWritable));
  const refused = folders.filter((_, index) => !writable[index]);
  const check = { id: "folders", title: "Folders" } as const;
  if (refused.length === 0) return { ...check, status: "ok", found: folders.join("\n"), fix: "" };
  return {
    ...check,
    status: "failed",
    found: refused.map((folder) => `not writable: ${folder}`).join("\n"),
    fix: "Give this user the right to write there, or remove the file that stands in the way.",
  };
}

/** The engine's locks on the sandbox's stacks: one whose owner died blocks every further operation. */
export async function checkLocks(root: string): Promise<Check> {
  const sandbox = join(root, ".sandbox");
  const entries = await readdir(sandbox, { withFileTypes: true }).catch(() => []);
  const environments = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const states = environments.flatMap((name) => lockStates(root, name));
  return {
    id: "locks",
    title: "Sandbox locks",
    status: states.every(({ fix }) => fix === "") ? "ok" : "failed",
    found: states.map(({ found }) => found).join("\n") || "none",
    fix: states
      .map(({ fix }) => fix)
      .filter(Boolean)
      .join(" "),
  };
}

function lockStates(root: string, environment: string): Pick<Check, "found" | "fix">[] {
  const layout = layoutOf(root, environment);
  try {
    return readLocks(layout).map(({ pid, timestamp, ownerLives }) =>
      ownerLives
        ? { found: `${environment}: in use by process ${pid} since ${timestamp}`, fix: "" }
        : {
            found: `${environment}: left by process ${pid}, which has ended`,
            fix: `Run \`npm run recover -- ${environment}\`.`,
          },
    );
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const found = `${environment}: a lock in ${layout.locks} cannot be read: ${reason}`;
    return [{ found, fix: `Delete that lock once no \`pulumi\` runs on ${environment}.` }];
  }
}

async function isWritable(folder: string): Promise<boolean> {
  try {
    const existing = await nearestExisting(folder);
    await access(existing, constants.W_OK);
    return (await stat(existing)).isDirectory();
  } catch {
    return false;
  }
}

async function nearestExisting(path: string): Promise<string> {
  return stat(path).then(
    () => path,
    () => nearestExisting(dirname(path)),
  );
}
