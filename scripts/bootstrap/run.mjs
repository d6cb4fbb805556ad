import { spawn } from "node:child_process";
import * as module from "node:module";
import { constants } from "node:os";
import { pathToFileURL } from "node:url";

/**
 * Runs a verb's script in this process.
 *
 * @param {string} script absolute path
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} environment
 */
export async function runHere(script, args, environment) {
  Object.assign(process.env, environment);
  // The variable alone reaches only children: this process has started already.
  module.enableCompileCache?.(environment["NODE_COMPILE_CACHE"]);
  process.argv = [process.execPath, script, ...args];
  await import(pathToFileURL(script).href);
}

/**
 * Runs a verb's script with another Node, and ends as that ends: same exit code, same signal.
 *
 * @param {string} node
 * @param {string} script
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} environment
 * @returns {Promise<number>} the exit code
 */
export function runWith(node, script, args, environment) {
  return new Promise((resolve, reject) => {
    const child = spawn(node, ["--disable-warning=ExperimentalWarning", script, ...args], {
      env: environment,
      stdio: "inherit",
    });
    const stopForwarding = forwardSignals(child);
    child.on("error", (error) => {
      stopForwarding();
      reject(new Error(`${node} could not be started (${error.message}). Install Node 24 and put it first on PATH.`));
    });
    child.on("exit", (code, signal) => {
      stopForwarding();
      if (signal === null) return resolve(code ?? 1);
      process.kill(process.pid, signal);
      // Reached only where the signal does not end this process at once.
      resolve(128 + constants.signals[signal]);
    });
  });
}

/** @param {import("node:child_process").ChildProcess} child @returns {() => void} takes the handlers off again */
function forwardSignals(child) {
  // Ctrl-C in a terminal reaches the child by itself; sent twice, it would mean "stop without cleaning up".
  const inTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  /** @type {Partial<Record<NodeJS.Signals, () => void>>} */
  const handlers = {
    SIGINT: () => inTerminal || child.kill("SIGINT"),
    SIGTERM: () => child.kill("SIGTERM"),
    SIGHUP: () => child.kill("SIGHUP"),
  };
  const entries = Object.entries(handlers);
  for (const [signal, handler] of entries) process.on(signal, handler);
  return () => {
    for (const [signal, handler] of entries) process.off(signal, handler);
  };
}
