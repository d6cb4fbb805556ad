import { readdirSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { up } from "../../operations/up.ts";
import { planEnvironment } from "../../plan/plan.ts";
import { openSession } from "../../sandbox/session/session.ts";
import { resolveTool } from "../../sandbox/toolchain/resolve.ts";
import { ProjectCopy } from "../../sandbox/session/project-copy.ts";
import { loadEnvironment } from "../../stacks/environment-file.ts";

const ROOT = path.join(import.meta.dirname, "..", "..");
const STACKS = path.join(ROOT, "stacks");
const TODAY = "2026-11-21";

const environments = readdirSync(STACKS).flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? []);

let copy: ProjectCopy;
beforeAll(() => {
  copy = new ProjectCopy(ROOT);
});
afterAll(() => copy[Symbol.dispose]());

interface Identity {
  readonly urn: string;
  readonly type: string;
  readonly parent?: unknown;
}

const identities = (resources: readonly Identity[]): readonly string[] =>
  resources.map(({ urn, type, parent }) => `${urn} ${type} ${String(parent ?? "")}`).toSorted();

describe.each(environments)("%s", (name) => {
  it("has the same URNs, types and parents in the plan and in the engine's state", async () => {
    const environment = await loadEnvironment(path.join(STACKS, `Pulumi.${name}.yaml`));
    const { rows } = await planEnvironment(environment, { today: TODAY });
    await using session = await openSession({
      root: copy.root,
      environment,
      pulumi: await resolveTool("pulumi"),
      node: process.execPath,
    });
    const { exitCode, output } = await up(session);
    expect(exitCode, output).toBe(0);
    expect(identities(rows)).toEqual(identities(session.state().resources ?? []));
  });
});
