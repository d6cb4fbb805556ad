// Plain JavaScript, Node 18 and newer: bootstrap uses it before it has the right Node or any package.
import { randomUUID } from "node:crypto";
import { link, mkdir, readFile, rm, rmdir, stat, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * Who holds a lock. On this machine the process id decides whether the owner lives; an owner on another machine (or
 * in another container) is alive as long as the file's modification time moves.
 *
 * @typedef {object} Owner
 * @property {number} pid
 * @property {string} host
 * @property {string} id unique to this holding of the lock
 *
 * @typedef {object} LockOptions
 * @property {(owner: Owner) => void} [onWait] called once, when somebody else holds the lock
 * @property {number} [pollMs] time between two looks at a held lock; 200 by default
 * @property {number} [heartbeatMs] how often the holder touches the file; 2000 by default
 * @property {number} [silenceMs] a foreign owner not heard of for this long counts as dead; 30000 by default
 */

/**
 * Runs `work` while holding an exclusive lock file, whose folder is created. Waits for a living owner, takes over from
 * a dead one, and always lets go.
 *
 * @template T
 * @param {string} file
 * @param {() => Promise<T>} work
 * @param {LockOptions} [options]
 * @returns {Promise<T>}
 */
export async function withLock(file, work, options = {}) {
  await mkdir(dirname(file), { recursive: true });
  const held = await acquire(file, options);
  const heartbeat = setInterval(() => {
    const now = new Date();
    // A lock removed by hand is no reason to stop: the work below is what matters.
    utimes(file, now, now).catch(() => clearInterval(heartbeat));
  }, options.heartbeatMs ?? 2_000);
  heartbeat.unref();
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    if ((await inspect(file))?.text === held) await rm(file, { force: true });
  }
}

/** @param {string} file @param {LockOptions} options @returns {Promise<string>} the text of the lock file */
async function acquire(file, { onWait, pollMs = 200, silenceMs = 30_000 }) {
  const text = JSON.stringify({ pid: process.pid, host: hostname(), id: randomUUID() });
  let announced = false;
  let lastBeat = { at: Date.now(), mtimeMs: 0 };
  while (!(await tryCreate(file, text))) {
    const held = await inspect(file);
    if (held === undefined) continue;
    // Silence is measured by watching, never from the clock on the file: a machine that slept must not lose its lock.
    if (held.mtimeMs !== lastBeat.mtimeMs) lastBeat = { at: Date.now(), mtimeMs: held.mtimeMs };
    if (isDead(held.owner) || Date.now() - lastBeat.at > silenceMs) {
      await removeStale(file, held.text);
      continue;
    }
    if (!announced) onWait?.(held.owner);
    announced = true;
    await sleep(pollMs);
  }
  return text;
}

/**
 * Creates the lock with its content in one step, so that nobody ever reads a lock without an owner.
 *
 * @param {string} file
 * @param {string} text
 */
async function tryCreate(file, text) {
  const draft = `${file}.${randomUUID()}`;
  await writeFile(draft, text);
  try {
    await link(draft, file);
    return true;
  } catch (error) {
    if (hasCode(error, "EEXIST")) return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

/** @param {string} file @returns {Promise<{ text: string, owner: Owner, mtimeMs: number } | undefined>} */
async function inspect(file) {
  try {
    const [text, { mtimeMs }] = await Promise.all([readFile(file, "utf8"), stat(file)]);
    return { text, owner: JSON.parse(text), mtimeMs };
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw new Error(`${file} is not a lock that Splitfleet wrote; delete it when no other run is active`, {
      cause: error,
    });
  }
}

/** @param {Owner} owner */
function isDead(owner) {
  if (owner.host !== hostname()) return false;
  try {
    process.kill(owner.pid, 0);
    return false;
  } catch (error) {
    return hasCode(error, "ESRCH");
  }
}

/**
 * Removes a dead owner's lock, but never the new lock of somebody who was faster: only the holder of the guard folder
 * may remove, and it looks again first. A guard left by a process that died in between is dropped after 10 s.
 *
 * @param {string} file
 * @param {string} staleText
 */
async function removeStale(file, staleText) {
  const guard = `${file}.takeover`;
  try {
    await mkdir(guard);
  } catch (error) {
    if (!hasCode(error, "EEXIST")) throw error;
    const age = await stat(guard).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    );
    if (age > 10_000) await rmdir(guard).catch(() => undefined);
    else await sleep(20);
    return;
  }
  try {
    const current = await inspect(file);
    if (current?.text === staleText) await rm(file, { force: true });
  } finally {
    await rmdir(guard).catch(() => undefined);
  }
}

/** @param {unknown} error @param {string} code */
function hasCode(error, code) {
  return error instanceof Error && "code" in error && error.code === code;
}
