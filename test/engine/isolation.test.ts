import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { up } from "../../operations/up.ts";
import { runCommand, runOperation } from "../../sandbox/session/engine.ts";
import type { Session } from "../../sandbox/session/session.ts";
import { stackOutputs } from "../../sandbox/session/state.ts";
import { Project, stateObjects, worldObjects } from "./project.ts";

/** What a person who works with real clouds has set. */
const LIVE = {
  HCLOUD_TOKEN: "live",
  AWS_PROFILE: "live",
  AWS_ACCESS_KEY_ID: "live",
  AWS_REGION: "eu-north-1",
  VAULT_TOKEN: "live",
  VAULT_ADDR: "https://vault.live",
  TAILSCALE_API_KEY: "live",
  KUBECONFIG: "/live",
  PULUMI_ACCESS_TOKEN: "live",
  PULUMI_BACKEND_URL: "s3://live",
  PULUMI_HOME: "/live",
  PULUMI_CONFIG_PASSPHRASE: "live",
  PULUMI_STACK: "production",
};

let project: Project;
let session: Session;
beforeAll(async () => {
  project = new Project();
  project.write({ location: "fsn1", nodes: ["1"] });
  session = await project.open({ ...process.env, ...LIVE });
});
afterAll(async () => {
  await session.close();
  project.remove();
});

const errors = ({ diagnostics }: Awaited<ReturnType<typeof up>>): string =>
  diagnostics
    .filter(({ severity }) => severity === "error")
    .map(({ message }) => message)
    .join("\n");

it("creates nothing without the rehearsal's marker", async () => {
  const { rehearsalFile } = session.layout;
  renameSync(rehearsalFile, `${rehearsalFile}.away`);
  const result = await up(session);
  renameSync(`${rehearsalFile}.away`, rehearsalFile);
  expect(result.exitCode).not.toBe(0);
  expect(errors(result)).toContain("rehearsal");
  expect(worldObjects(project.marker)).toEqual([]);
});

it("keeps every variable of a real cloud away from the program", async () => {
  const result = await up(session);
  expect(result.exitCode).toBe(0);
  expect(stackOutputs(session.state())["seen"]).toEqual([]);
});

it("knows no stack but its own, whatever its name", async () => {
  const before = worldObjects(project.marker);
  const result = await runCommand(session.engine, ["up", "--stack", "production", "--yes", "--non-interactive"]);
  expect(result.exitCode).not.toBe(0);
  expect(result.stderr).toContain("no stack named 'production' found");
  expect(worldObjects(project.marker)).toEqual(before);
});

it("refuses a state in another backend, as a live one would be", async () => {
  const other = join(project.root, "other-state");
  mkdirSync(other);
  const environment = { ...session.engine.environment, PULUMI_BACKEND_URL: `file://${other}` };
  const engine = { ...session.engine, environment };
  const init = await runCommand(engine, ["stack", "init", session.environment], { directory: session.layout.config });
  expect(init.exitCode).toBe(0);
  const before = worldObjects(project.marker);
  const result = await runOperation(engine, ["up", "--stack", session.environment, "--yes", "--skip-preview"]);
  expect(result.exitCode).not.toBe(0);
  expect(worldObjects(project.marker)).toEqual(before);
});

it("refuses to read, change or delete a resource with a real id", async () => {
  const exported = await session.export();
  const resources = exported.deployment.resources?.map((resource) =>
    resource.type.endsWith(":Server") ? { ...resource, id: "12345678" } : resource,
  );
  await session.import({ ...exported, deployment: { ...exported.deployment, resources } });
  for (const operation of ["refresh", "destroy"]) {
    const result = await session.run([operation, "--yes", "--skip-preview"]);
    expect(result.exitCode).not.toBe(0);
    expect(result.diagnostics.map(({ message }) => message).join("\n")).toContain("12345678");
  }
  await session.import(exported);
  const repaired = await session.run(["up", "--refresh", "--yes", "--skip-preview"]);
  expect(repaired.exitCode).toBe(0);
  expect(worldObjects(project.marker)).toEqual(stateObjects(session));
});

it("does not open while an engine is at work, and says whose it is", async () => {
  const lock = join(session.layout.locks, "other.json");
  mkdirSync(session.layout.locks, { recursive: true });
  const owner = { pid: 4711, username: "alice", hostname: "elsewhere", timestamp: "2026-11-21T08:00:00Z" };
  writeFileSync(lock, JSON.stringify(owner));
  await expect(project.open()).rejects.toThrow("is being changed by process 4711 of alice@elsewhere");
  rmSync(lock);
});
