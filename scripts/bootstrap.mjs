// Entry of every `npm run` verb: `node scripts/bootstrap.mjs <verb> [arguments]`. Installs the packages when they
// differ from the lock file, finds a Node that runs TypeScript, and runs scripts/<verb>.ts with it. Plain JavaScript
// with nothing but built-in modules, for Node 18 and newer. Writes to standard error only.
import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { cacheFolder, chooseNode, environmentFor } from "./bootstrap/node.mjs";
import { ensurePackages } from "./bootstrap/packages.mjs";
import { runHere, runWith } from "./bootstrap/run.mjs";
import { listVerbs, unknownVerbMessage } from "./bootstrap/verbs.mjs";

const scripts = dirname(fileURLToPath(import.meta.url));
const root = dirname(scripts);
const platform = `${process.platform}-${process.arch}`;
const [verb, ...args] = process.argv.slice(2);

/**
 * Ends with exit code 2: the command could not even be tried.
 *
 * @param {string} message
 * @returns {never}
 */
function fail(message) {
  process.stderr.write(`splitfleet: ${message}\n`);
  process.exit(2);
}

const verbs = listVerbs(scripts);
if (verb === undefined || !verbs.includes(verb)) fail(unknownVerbMessage(verb, verbs));
const script = join(scripts, `${verb}.ts`);

/** @type {string} */
let node;
try {
  const checkout = createHash("sha256").update(root).digest("hex").slice(0, 16);
  await ensurePackages({
    root,
    platform,
    lockFile: join(cacheFolder(process.env), "locks", `packages-${checkout}.lock`),
    environment: process.env,
    say: (text) => process.stderr.write(text),
  });
  node = chooseNode({ root, version: process.versions.node, executable: process.execPath, platform });
} catch (error) {
  fail(error instanceof Error ? error.message : String(error));
}

const environment = environmentFor(process.env, node);
if (node === process.execPath) await runHere(script, args, environment);
else process.exitCode = await runWith(node, script, args, environment);
