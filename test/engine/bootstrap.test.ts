import { readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { bringUp } from "../../operations/bootstrap/bring-up.ts";
import { TwinNodeControl } from "../../operations/nodes/control-twin.ts";
import type { UpResult } from "../../operations/up.ts";
import type { Row } from "../../policies/row.ts";
import { ProjectCopy } from "../../sandbox/session/project-copy.ts";
import { openSession, type Session } from "../../sandbox/session/session.ts";
import { resolveTool } from "../../sandbox/toolchain/resolve.ts";
import { readWorld } from "../../sandbox/twin/world/reader.ts";
import { authorityOf } from "../../sandbox/machines/k3s.ts";
import { beginVault, readKv, readVault, writeVault } from "../../sandbox/vault/state.ts";
import { type Environment, loadEnvironment } from "../../stacks/environment-file.ts";
import { layoutOf } from "../../sandbox/session/layout.ts";
import { rowsOf, SANDBOX_FILE } from "../harness.ts";

// One new environment, from nothing to bootstrapped; each test starts from what the one before has left.

const ROOT = path.join(import.meta.dirname, "../..");

let copy: ProjectCopy;
let session: Session;
let rows: readonly Row[];
let environment: Environment;
let said: string[];
beforeAll(async () => {
  copy = new ProjectCopy(ROOT);
  environment = await loadEnvironment(SANDBOX_FILE);
  rows = await rowsOf(environment);
  beginVault(layoutOf(copy.root, environment.name).folder);
  const pulumi = await resolveTool("pulumi");
  session = await openSession({ root: copy.root, environment, pulumi, node: process.execPath });
});
afterAll(async () => {
  await session.close();
  copy[Symbol.dispose]();
});

const first = (): Promise<UpResult> => {
  said = [];
  return bringUp(session, { environment, rows, say: (text) => said.push(text) });
};

const packagesInWorld = (): string[] =>
  [...new Set(readWorld(session.layout.folder).map((object) => object.package))].toSorted();

it("stops a plain up before anything is made in Vault or the cluster, and names the command", async () => {
  const plain = await session.run(["up", "--yes", "--skip-preview"]);
  expect(plain.exitCode).not.toBe(0);
  expect(plain.output).toContain(
    'Vault at https://sandbox-operations-1.sandbox.ts.net:8200 is not initialised, so "sandbox" is not bootstrapped: ' +
      "run `npm run up -- sandbox --rehearse`.",
  );
  expect(packagesInWorld()).not.toContain("vault");
  expect(packagesInWorld()).not.toContain("kubernetes");
});

const waiting = async (): Promise<string[]> =>
  (await new TwinNodeControl(session.layout.folder, environment).nodes())
    .filter(({ ready }) => !ready)
    .map(({ name }) => name);

it("brings everything up with the ceremony between the nodes and what lives on them", async () => {
  const result = await first();
  expect(result.exitCode, result.output).toBe(0);
  expect(packagesInWorld()).toEqual(expect.arrayContaining(["hcloud", "kubernetes", "vault"]));
  const operators = path.join(session.layout.world, "operators");
  const secrets = readdirSync(operators).map((file) => {
    expect(statSync(path.join(operators, file)).mode & 0o777).toBe(0o600);
    return readFileSync(path.join(operators, file), "utf8").trim();
  });
  expect(secrets).toHaveLength(6);
  const told = [...said, result.output, await session.decrypted()].join("\n");
  expect(secrets.filter((secret) => told.includes(secret))).toEqual([]);
});

it("lets every node into the one cluster, with tokens that pin its authority", async () => {
  const { folder } = session.layout;
  expect(await waiting()).toEqual([]);
  const tokens = readKv(folder);
  const authority = authorityOf(folder);
  const told = [...said, await session.decrypted()].join("\n");
  for (const [kind, user] of Object.entries({ "server-token": "server", "agent-token": "node" })) {
    const versions = tokens[`splitfleet/kv/data/sandbox/k3s/${kind}`] ?? [];
    const password = versions[0]?.["password"];
    expect(password).toMatch(/^[0-9a-f]{32}$/);
    expect(versions).toEqual([{ password }, { password, token: `K10${authority}::${user}:${password}` }]);
    expect(told).not.toContain(password);
  }
});

it("finds nothing to do the second time", async () => {
  const { changes } = await first();
  expect(changes).toMatchObject({ create: 0, update: 0, replace: 0, delete: 0 });
  expect(said).toEqual([]);
});

it("unseals a Vault that was restarted, with the shares it was given", async () => {
  const { folder } = session.layout;
  const state = readVault(folder);
  if (state !== undefined) writeVault(folder, { ...state, sealed: true });
  const result = await first();
  expect(result.exitCode, result.output).toBe(0);
  expect(said).toEqual(["Vault is unsealed."]);
});
