import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { up } from "../../operations/up.ts";
import { auditState } from "../../operations/audit/audit.ts";
import { planEnvironment } from "../../plan/plan.ts";
import { today } from "../../plan/today.ts";
import { openSession, type Session } from "../../sandbox/session/session.ts";
import { resolveTool } from "../../sandbox/toolchain/resolve.ts";
import { ProjectCopy } from "../../sandbox/session/project-copy.ts";
import { loadEnvironment, type Environment } from "../../stacks/environment-file.ts";
import { environmentNames } from "../../stacks/environment-names.ts";
import { told, violationsOf } from "./findings-of.ts";

const ROOT = path.join(import.meta.dirname, "..", "..");
const STACKS = path.join(ROOT, "stacks");
const PACK = path.join(ROOT, "policies", "pack");
/** The policy pack judges by the day on which it runs. */
const TODAY = today();

const environments = environmentNames(STACKS);

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

async function open(environment: Environment): Promise<Session> {
  return openSession({ root: copy.root, environment, pulumi: await resolveTool("pulumi"), node: process.execPath });
}

it.each(environments)("%s has the same resources and findings in the plan and in the engine", async (name) => {
  const environment = await loadEnvironment(path.join(STACKS, `Pulumi.${name}.yaml`));
  const plan = await planEnvironment(environment, { today: TODAY });
  await using session = await open(environment);
  const seen = new Set<string>();
  const preview = await session.run(["preview", "--policy-pack", PACK], {
    onEvent: ({ resourcePreEvent }) => {
      if (resourcePreEvent !== undefined) seen.add(resourcePreEvent.metadata.urn);
    },
  });
  expect(preview.exitCode, preview.output).toBe(0);
  expect([...seen].toSorted()).toEqual(plan.rows.map(({ urn }) => urn).toSorted());
  const servers = plan.rows.filter(({ type }) => type === "hcloud:index/server:Server");
  const { decided, undecided } = violationsOf(preview);
  expect(decided).toEqual(told(plan));
  expect(undecided).toEqual(servers.map(({ urn }) => expect.stringContaining(`${urn} userData: `)));
});

it("the sandbox has the same resources, findings and cost in the audit of its state", async () => {
  const environment = await loadEnvironment(path.join(STACKS, "Pulumi.sandbox.yaml"));
  const plan = await planEnvironment(environment, { today: TODAY });
  await using session = await open(environment);
  const { exitCode, output } = await up(session);
  expect(exitCode, output).toBe(0);
  expect(identities(plan.rows)).toEqual(identities(session.state().resources ?? []));
  const state = await session.decrypted();
  const { report } = auditState(environment, { state, source: "the state" }, { today: TODAY });
  expect(told(report)).toEqual(told(plan));
  expect(report.cost).toEqual(plan.cost);
});
