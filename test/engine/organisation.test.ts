import { rmSync } from "node:fs";
import path from "node:path";
import { afterAll, afterEach, beforeEach, expect, it } from "vitest";
import { policyFile } from "../../components/mesh/policy-file.ts";
import { InterruptListener } from "../../operations/interrupt.ts";
import { rehearsePut } from "../../operations/mesh-policy/put.ts";
import { readWorld } from "../../sandbox/twin/world/reader.ts";
import { ORGANISATION } from "../../stacks/environment-names.ts";
import { loadTailnet } from "../../stacks/tailnet.ts";

/** The stack of the tailnet's policy, by the real engine against the twin. */
const ROOT = path.join(import.meta.dirname, "..", "..");
const MARKER = path.join(ROOT, ".sandbox", ORGANISATION);
const TAILNET = "factory.ts.net";

let interrupt: InterruptListener;
beforeEach(() => {
  interrupt = new InterruptListener(() => undefined);
});
afterEach(() => interrupt[Symbol.dispose]());
afterAll(() => rmSync(MARKER, { recursive: true, force: true }));

it("puts the policy of all environments in a tailnet in place, and finds it there the next time", async () => {
  rmSync(MARKER, { recursive: true, force: true });
  const result = await rehearsePut({ root: ROOT, tailnet: TAILNET, interrupt });
  expect(result.diagnostics).toEqual([]);
  expect(result.changes).toEqual({ create: 4, update: 0, replace: 0, delete: 0, same: 0 });
  const environments = await loadTailnet(path.join(ROOT, "stacks"), TAILNET);
  expect(environments.map(({ mesh }) => mesh.name)).toEqual(["factory"]);
  const policies = readWorld(MARKER).filter(({ type }) => type === "tailscale:index/acl:Acl");
  expect(policies.map(({ inputs }) => inputs)).toEqual([{ acl: policyFile(environments.map(({ mesh }) => mesh)) }]);
  const again = await rehearsePut({ root: ROOT, tailnet: TAILNET, interrupt });
  expect(again.changes).toEqual({ create: 0, update: 0, replace: 0, delete: 0, same: 4 });
});

it("refuses a tailnet that no environment is in", async () => {
  const result = await rehearsePut({ root: ROOT, tailnet: "nobody.ts.net", interrupt });
  expect(result.exitCode).not.toBe(0);
  expect(result.output).toContain("no environment in stacks/ has `mesh.tailnet: nobody.ts.net`");
});
