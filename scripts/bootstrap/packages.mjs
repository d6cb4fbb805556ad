import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { withLock } from "../../sandbox/toolchain/lock.mjs";

/**
 * @typedef {object} InstallOptions
 * @property {string} root the project's folder
 * @property {string} platform such as `linux-x64`: packages of another machine do not count as installed
 * @property {string} lockFile held while npm works; outside node_modules, which npm removes
 * @property {NodeJS.ProcessEnv} environment
 * @property {(text: string) => void} say progress for people, without line ends added
 */

/**
 * Installs the packages when they differ from the lock file. Two runs at once install once.
 *
 * @param {InstallOptions} options
 * @throws {Error} with npm's own output and the next step, when `npm ci` fails; the next run tries again
 */
export async function ensurePackages(options) {
  if (packagesInstalled(options.root, options.platform)) return;
  await withLock(options.lockFile, () => install(options), {
    onWait: ({ pid }) => options.say(`splitfleet: waiting for process ${pid}, which is installing the packages ...\n`),
  });
}

/** @param {InstallOptions} options */
async function install({ root, platform, environment, say }) {
  if (packagesInstalled(root, platform)) return;
  const stamp = stampOf(root, platform);
  if (!installedByHand(root)) {
    say("splitfleet: installing the packages (npm ci, once, up to a minute) ...");
    const startedAt = Date.now();
    const { succeeded, output } = await npmCi(root, environment);
    say(succeeded ? ` done in ${((Date.now() - startedAt) / 1000).toFixed(1)} s\n` : " failed\n");
    if (!succeeded) {
      throw new Error(
        `\`npm ci\` failed in ${root}. It said:\n\n${shorten(output)}\n\n` +
          "Check that the package registry can be reached (`npm ping`) and that package.json and package-lock.json " +
          "belong together (`git status`), then run the command again.",
      );
    }
  }
  writeFileSync(stampFile(root), stamp);
}

/**
 * Whether node_modules holds what the lock file asks for, on this platform.
 *
 * @param {string} root
 * @param {string} platform
 */
export function packagesInstalled(root, platform) {
  try {
    return readFileSync(stampFile(root), "utf8") === stampOf(root, platform);
  } catch {
    return false;
  }
}

/**
 * The first lines of npm's output, which say what happened, and the last, which names npm's own log.
 *
 * @param {string} output
 */
function shorten(output) {
  const lines = output.trim().split("\n");
  return lines.length <= 20 ? lines.join("\n") : [...lines.slice(0, 15), "...", ...lines.slice(-1)].join("\n");
}

/** @param {string} root */
const stampFile = (root) => join(root, "node_modules", ".splitfleet-packages");

/** @param {string} root @param {string} platform */
function stampOf(root, platform) {
  const lock = readFileSync(join(root, "package-lock.json"));
  return `${createHash("sha256").update(lock).digest("hex")} ${platform}\n`;
}

/**
 * Whether `npm ci` or `npm install`, run by hand, already brought every package of the lock file. npm writes its own
 * lock inside node_modules last, so a torn installation has none.
 *
 * @param {string} root
 */
function installedByHand(root) {
  const hidden = join(root, "node_modules", ".package-lock.json");
  if (!existsSync(hidden)) return false;
  const wanted = packagesOf(join(root, "package-lock.json"));
  const present = packagesOf(hidden);
  return Object.entries(wanted).every(([folder, { integrity, optional }]) => {
    if (folder === "") return true;
    if (present[folder] === undefined) return optional === true && !existsSync(join(root, folder));
    return present[folder].integrity === integrity && existsSync(join(root, folder, "package.json"));
  });
}

/** @param {string} file @returns {Record<string, { integrity?: string, optional?: boolean }>} */
function packagesOf(file) {
  return JSON.parse(readFileSync(file, "utf8")).packages ?? {};
}

/**
 * @param {string} root
 * @param {NodeJS.ProcessEnv} environment
 * @returns {Promise<{ succeeded: boolean, output: string }>}
 */
function npmCi(root, environment) {
  const flags = ["ci", "--loglevel=error", "--no-audit", "--no-fund", "--ignore-scripts", "--include=optional"];
  const npm = npmCommand(environment);
  return new Promise((resolve) => {
    const child = spawn(npm.file, [...npm.args, ...flags], {
      cwd: root,
      env: environment,
      shell: npm.shell,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    child.stdout.on("data", (chunk) => (output += chunk));
    child.stderr.on("data", (chunk) => (output += chunk));
    child.on("error", ({ message }) => resolve({ succeeded: false, output: `${npm.file} did not start: ${message}` }));
    child.on("close", (code) => resolve({ succeeded: code === 0, output }));
  });
}

/**
 * The npm that runs us, else the one on PATH.
 *
 * @param {NodeJS.ProcessEnv} environment
 */
function npmCommand(environment) {
  const script = environment["npm_execpath"];
  if (script !== undefined && basename(script) === "npm-cli.js") {
    return { file: process.execPath, args: [script], shell: false };
  }
  return { file: "npm", args: [], shell: process.platform === "win32" };
}
