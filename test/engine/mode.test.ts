import { afterAll, beforeAll, expect, it } from "vitest";
import { up } from "../../operations/up.ts";
import { openSession, type Session } from "../../sandbox/session/session.ts";
import { ProjectCopy } from "../../sandbox/session/project-copy.ts";
import { resolveTool } from "../../sandbox/toolchain/resolve.ts";
import { type Environment, loadEnvironment } from "../../stacks/environment-file.ts";
import { inMode } from "../../stacks/mode.ts";
import type { Mode } from "../../stacks/spec/identity.ts";
import { SANDBOX_FILE } from "../harness.ts";

let copy: ProjectCopy;
let environment: Environment;
beforeAll(async () => {
  copy = new ProjectCopy(process.cwd());
  environment = await loadEnvironment(SANDBOX_FILE);
});
afterAll(() => copy[Symbol.dispose]());

/** Ids by URN after a run of the engine in a mode. */
async function idsIn(mode: Mode): Promise<ReadonlyMap<string, string>> {
  const pulumi = await resolveTool("pulumi");
  const options = { root: copy.root, environment: inMode(environment, mode), pulumi, node: process.execPath };
  await using session: Session = await openSession(options);
  const { exitCode, output } = await up(session);
  expect(exitCode, output).toBe(0);
  return new Map((session.state().resources ?? []).flatMap(({ urn, id }) => (id === undefined ? [] : [[urn, id]])));
}

it("sleeps without the servers that keep nothing, wakes with new ones, and keeps all else as it was", async () => {
  const before = await idsIn("awake");
  const asleep = await idsIn("asleep");
  const gone = [...before.keys()].filter((urn) => !asleep.has(urn));
  const servers = ["inference-1-server", "inference-2-server"];
  expect(gone.filter((urn) => urn.includes("hcloud:index/server:Server")).map((urn) => urn.split("::").at(-1))).toEqual(
    servers,
  );
  expect(gone.filter((urn) => !/::inference-[12]-[a-z-]+$/.test(urn))).toEqual([]);
  expect([...asleep].filter(([urn, id]) => before.get(urn) !== id)).toEqual([]);

  const awake = await idsIn("awake");
  expect([...awake.keys()].toSorted()).toEqual([...before.keys()].toSorted());
  expect(
    [...awake]
      .filter(([urn, id]) => before.get(urn) !== id)
      .map(([urn]) => urn)
      .toSorted(),
  ).toEqual(gone.toSorted());
});
