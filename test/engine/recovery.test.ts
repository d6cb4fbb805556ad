import { afterAll, beforeAll, expect, it } from "vitest";
import { up } from "../../operations/up.ts";
import { runUntilHung, type Hang } from "./hung-run.ts";
import { survivors } from "./processes.ts";
import { Project, servers, stateObjects, worldObjects, type FixtureSpec } from "./project.ts";

/** One place where a run is cut off: at the n-th change of the world since the run began. */
interface KillPoint extends Hang {
  readonly change: FixtureSpec;
  readonly victim: "engine" | "verb" | "all";
  readonly what: string;
}

const fsn = (...nodes: string[]): FixtureSpec => ({ location: "fsn1", nodes });
const nbg = (...nodes: string[]): FixtureSpec => ({ location: "nbg1", nodes });

// Each run starts from what the one before has come to in the end.
const POINTS: readonly KillPoint[] = [
  { what: "the first create, not done", change: fsn("1", "2"), at: 1, phase: "before", victim: "all" },
  { what: "a create, done", change: fsn("1", "2", "3"), at: 1, phase: "after", victim: "all" },
  { what: "one of two creates, done", change: fsn("1", "2", "3", "4", "5"), at: 2, phase: "after", victim: "engine" },
  { what: "a replacement's create, done", change: nbg("1", "2", "3", "4", "5"), at: 2, phase: "after", victim: "all" },
  { what: "a replacement's last create, not done", change: fsn("1", "2", "3", "4", "5"), at: 5, phase: "before", victim: "verb" },
  { what: "a replacement's first delete, done", change: nbg("1", "2", "3", "4", "5"), at: 6, phase: "after", victim: "all" },
  { what: "a replacement's later delete, not done", change: fsn("1", "2", "3", "4", "5"), at: 8, phase: "before", victim: "engine" },
  { what: "a delete, done", change: fsn("1", "2", "3", "4"), at: 1, phase: "after", victim: "all" },
  { what: "one of two deletes, not done", change: fsn("1", "2"), at: 2, phase: "before", victim: "verb" },
  { what: "a create beside a delete, done", change: fsn("1", "3"), at: 1, phase: "after", victim: "verb" },
];

let project: Project;
beforeAll(() => {
  project = new Project();
});
afterAll(() => project.remove());

it.each(POINTS)("repairs a run whose $victim is killed at $what", { timeout: 60_000 }, async (point) => {
  project.write(point.change);
  await cutOff(point);

  const session = await project.open();
  const result = await up(session).finally(() => session.close());

  expect(result.diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  expect(result.exitCode).toBe(0);
  expect(result.recovery).toBeDefined();
  expect(servers(project.marker)).toEqual(point.change.nodes.map((node) => `pool-${node}`));
  expect(worldObjects(project.marker)).toEqual(stateObjects(session));
  expect(session.state().pending_operations ?? []).toEqual([]);
  expect(session.locks()).toEqual([]);
});

/** Runs `up` in its own process, kills the victim at the point, and makes sure that all the others end. */
async function cutOff({ victim, at, phase }: KillPoint): Promise<void> {
  const { verb, processes, ended } = await runUntilHung(project, { at, phase });
  const victims = processes.filter(({ pid, command }) =>
    victim === "all" || (victim === "verb" ? pid === verb.pid : /\/pulumi up /.test(command)));
  for (const { pid } of victims) process.kill(pid, "SIGKILL");
  await ended;
  expect(victims).not.toEqual([]);
  expect(await survivors(processes, 8_000)).toEqual([]);
}
