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
  /** Nodes whose server is found and kept, where the change is a single create. */
  readonly adopts?: readonly string[];
}

const fsn1 = (...nodes: string[]): FixtureSpec => ({ location: "fsn1", nodes });
const nbg1 = (...nodes: string[]): FixtureSpec => ({ location: "nbg1", nodes });
const point = (
  what: string,
  change: FixtureSpec,
  at: number,
  phase: Hang["phase"],
  victim: KillPoint["victim"],
  adopts?: readonly string[],
): KillPoint => ({ what, change, at, phase, victim, ...(adopts === undefined ? {} : { adopts }) });

// Each run starts from what the one before has come to in the end.
const POINTS: readonly KillPoint[] = [
  point("the first create, not done", fsn1("1", "2"), 1, "before", "all"),
  point("a create, done", fsn1("1", "2", "3"), 1, "after", "all", ["3"]),
  point("one of two creates, done", fsn1("1", "2", "3", "4", "5"), 2, "after", "engine"),
  point("a replacement's create, done", nbg1("1", "2", "3", "4", "5"), 2, "after", "all"),
  point("a replacement's last create, not done", fsn1("1", "2", "3", "4", "5"), 5, "before", "verb"),
  point("a replacement's first delete, done", nbg1("1", "2", "3", "4", "5"), 6, "after", "all"),
  point("a replacement's later delete, not done", fsn1("1", "2", "3", "4", "5"), 8, "before", "engine"),
  point("a delete, done", fsn1("1", "2", "3", "4"), 1, "after", "all"),
  point("one of two deletes, not done", fsn1("1", "2"), 2, "before", "verb"),
  point("a create beside a delete, done", fsn1("1", "3"), 1, "after", "verb", ["3"]),
];

let project: Project;
beforeAll(() => {
  project = new Project();
});
afterAll(() => project.remove());

it.each(POINTS)("repairs a run when $victim is killed at $what", async ({ change, adopts, ...kill }) => {
  project.write(change);
  await cutOff(kill);

  const session = await project.open();
  const result = await up(session).finally(() => session.close());

  expect(result.diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  expect(result.exitCode).toBe(0);
  expect(result.recovery).toBeDefined();
  expect(servers(project.marker)).toEqual(change.nodes.map((node) => `pool-${node}`));
  expect(worldObjects(project.marker)).toEqual(stateObjects(session));
  if (adopts !== undefined) {
    const adopted = result.recovery?.adopted.map(({ urn, id }) => `${urn.split("::").slice(2).join("::")} ${id}`) ?? [];
    expect(adopted.map((object) => object.match(/pool-(\S+)/)?.[1])).toEqual(adopts);
    expect(worldObjects(project.marker)).toEqual(expect.arrayContaining(adopted));
  }
  expect(session.state().pending_operations ?? []).toEqual([]);
  expect(session.locks()).toEqual([]);
});

/** Runs `up` in its own process, kills the victim at the point, and makes sure that all the others end. */
async function cutOff({ victim, at, phase }: Pick<KillPoint, "victim" | "at" | "phase">): Promise<void> {
  const { verb, processes, ended } = await runUntilHung(project, { at, phase });
  const victims = processes.filter(
    ({ pid, command }) => victim === "all" || (victim === "verb" ? pid === verb.pid : /\/pulumi up /.test(command)),
  );
  for (const { pid } of victims) process.kill(pid, "SIGKILL");
  await ended;
  expect(victims).not.toEqual([]);
  expect(await survivors(processes, 8_000)).toEqual([]);
}
