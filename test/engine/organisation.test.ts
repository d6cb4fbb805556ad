import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { policyFile } from "../../components/mesh/policy-file.ts";
import { openSession, type Session } from "../../sandbox/session/session.ts";
import { stackOutputs } from "../../sandbox/session/state.ts";
import { resolveTool } from "../../sandbox/toolchain/resolve.ts";
import { readWorld } from "../../sandbox/twin/world/reader.ts";
import { ORGANISATION } from "../../stacks/environment-names.ts";
import { loadTailnet } from "../../stacks/tailnet.ts";

/** The stack of the tailnet's policy, by the real engine: no verb knows it, plain `pulumi` does. */
const ROOT = path.join(import.meta.dirname, "..", "..");
const TAILNET = "factory.ts.net";

const folder = mkdtempSync(path.join(tmpdir(), "splitfleet-organisation-"));
const file = path.join(folder, `Pulumi.${ORGANISATION}.yaml`);
let session: Session;
const open = async (config: string): Promise<void> => {
  writeFileSync(file, `config:\n${config}`);
  session = await openSession({
    root: ROOT,
    environment: { name: ORGANISATION, file, lockFile: path.join(folder, "none.lock.yaml") },
    pulumi: await resolveTool("pulumi"),
    node: process.execPath,
  });
};
beforeAll(() => open(`  splitfleet:tailnet: ${TAILNET}\n`));
afterAll(async () => {
  await session.close();
  rmSync(folder, { recursive: true });
  rmSync(path.join(ROOT, ".sandbox", ORGANISATION), { recursive: true, force: true });
});

it("puts the policy of all environments in a tailnet in place, and finds it there the next time", async () => {
  const result = await session.run(["up", "--yes", "--skip-preview"]);
  expect(result.diagnostics).toEqual([]);
  expect(result.exitCode).toBe(0);
  expect(stackOutputs(session.state())).toEqual({ tailnet: TAILNET, environments: ["factory"] });
  const environments = await loadTailnet(path.join(ROOT, "stacks"), TAILNET);
  const [policy, ...others] = readWorld(path.join(ROOT, ".sandbox", ORGANISATION)).filter(({ type }) =>
    type.endsWith(":Acl"),
  );
  expect(others).toEqual([]);
  expect(policy?.inputs).toEqual({ acl: policyFile(environments.map(({ mesh }) => mesh)) });
  const again = await session.run(["up", "--yes", "--skip-preview"]);
  expect(again.changes).toMatchObject({ create: 0, update: 0, replace: 0, delete: 0 });
});

it("refuses a tailnet that no environment is in", async () => {
  await session.close();
  await open("  splitfleet:tailnet: nobody.ts.net\n");
  const result = await session.run(["preview"]);
  expect(result.exitCode).not.toBe(0);
  expect(result.output).toContain("no environment in stacks/ has `mesh.tailnet: nobody.ts.net`");
});
