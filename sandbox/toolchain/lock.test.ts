import { spawnSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { withLock } from "./lock.mjs";

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "splitfleet-lock-"));
  file = join(folder, "deeper", "tool.lock");
});
afterEach(() => rm(folder, { recursive: true }));

/** A process id that no living process has. */
function deadPid(): number {
  const { pid } = spawnSync(process.execPath, ["--version"]);
  return pid;
}

async function leaveLock(owner: { pid: number; host: string }): Promise<void> {
  await withLock(file, () => Promise.resolve());
  await writeFile(file, JSON.stringify({ ...owner, id: "left-behind" }));
}

test("work under one lock never overlaps, and nothing is left afterwards", async () => {
  const events: string[] = [];
  const run = (name: string) =>
    withLock(
      file,
      async () => {
        events.push(`${name} starts`);
        await sleep(20);
        events.push(`${name} ends`);
      },
      { pollMs: 5 },
    );
  await Promise.all([run("a"), run("b"), run("c")]);

  const order = events.filter((event) => event.endsWith("starts")).map((event) => event.charAt(0));
  expect(events).toEqual(order.flatMap((name) => [`${name} starts`, `${name} ends`]));
  expect(order.toSorted()).toEqual(["a", "b", "c"]);
  expect(await readdir(join(folder, "deeper"))).toEqual([]);
});

test("the waiting side is told once who holds the lock", async () => {
  const owners: number[] = [];
  const first = withLock(file, () => sleep(40));
  await sleep(10);
  await withLock(file, () => Promise.resolve(), { pollMs: 5, onWait: ({ pid }) => owners.push(pid) });
  await first;
  expect(owners).toEqual([process.pid]);
});

test("a lock is let go when the work fails", async () => {
  await expect(withLock(file, () => Promise.reject(new Error("no space")))).rejects.toThrow("no space");
  expect(await withLock(file, () => Promise.resolve("next"))).toBe("next");
});

test("the lock of a dead process is taken over without waiting, by one at a time", async () => {
  await leaveLock({ pid: deadPid(), host: hostname() });
  let inside = 0;
  let most = 0;
  const run = () =>
    withLock(
      file,
      async () => {
        most = Math.max(most, ++inside);
        await sleep(5);
        inside--;
      },
      { pollMs: 5 },
    );
  await Promise.all(Array.from({ length: 8 }, run));
  expect(most).toBe(1);
});

test("an owner on another machine keeps the lock while its heartbeat moves, and loses it after silence", async () => {
  await leaveLock({ pid: 1, host: "another-machine" });
  let beats = 0;
  const heart = setInterval(() => {
    beats++;
    void utimes(file, beats, beats);
    if (beats === 8) clearInterval(heart);
  }, 20);
  await withLock(file, () => Promise.resolve(), { pollMs: 5, silenceMs: 100 });
  expect(beats).toBe(8);
});

test("a file that is no lock is named, not deleted", async () => {
  await leaveLock({ pid: 1, host: "x" });
  await writeFile(file, "something else");
  await expect(withLock(file, () => Promise.resolve())).rejects.toThrow(
    `${file} is not a lock that Splitfleet wrote; delete it when no other run is active`,
  );
  expect(await readFile(file, "utf8")).toBe("something else");
});
