import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeAll, expect, test, vi } from "vitest";
import { releaseFiles } from "../components/runtime/compose/bundle.ts";
import { renderProject } from "../components/runtime/compose/project.ts";
import { catalogueOf } from "../components/workloads/facts.ts";
import { planWorkloads, type PlannedWorkload } from "../components/workloads/plan.ts";
import { debianProgram } from "../sandbox/toolchain/debian.ts";
import { loadEnvironment, type Environment } from "../stacks/environment-file.ts";

/** docker-compose is Python: seconds on a busy machine. */
vi.setConfig({ testTimeout: 60_000 });

let environment: Environment;
let all: readonly PlannedWorkload[];
const folders: string[] = [];

beforeAll(async () => {
  environment = await loadEnvironment(path.join(import.meta.dirname, "../stacks/Pulumi.starter.yaml"));
  all = planWorkloads(environment.spec, environment.lock.images);
});
afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true, force: true })));

test("every workload of the starter runs on Docker Compose", () => {
  expect(all.filter(({ runtime }) => runtime !== "compose")).toEqual([]);
});

test.each(["inference", "operations"])("docker-compose accepts the file of the pool %s", async (pool) => {
  const root = mkdtempSync(path.join(tmpdir(), "splitfleet-starter-"));
  folders.push(root);
  const own = all.filter(({ entry }) => entry.pool === pool);
  const project = renderProject({ own, all, root, models: catalogueOf(environment.spec), labelsOf: () => ({}) });
  for (const line of project.secrets) {
    const [kind, service = ""] = line.split(" ");
    const folder = path.join(root, "secrets", "services", service);
    mkdirSync(folder, { recursive: true });
    if (kind === "variable") writeFileSync(path.join(folder, "variables.env"), "");
  }
  const file = path.join(root, "compose.yaml");
  writeFileSync(file, releaseFiles(project, root)["compose.yaml"] ?? "");
  const program = await debianProgram("docker-compose", "docker-compose");
  const services = execFileSync(program, ["--project-name", "splitfleet", "--file", file, "config", "--services"], {
    env: { PATH: process.env["PATH"], MESH_ADDRESS: "100.64.0.1" },
    encoding: "utf8",
    stdio: "pipe",
  });
  const running = own.filter(({ workload: { form } }) => form === undefined || form === "service" || form === "daemon");
  expect(services.split("\n")).toEqual(expect.arrayContaining(running.map(({ name }) => name).filter(isHere)));
});

/** A store outside the fleet has tasks, and nothing that runs all the time. */
const isHere = (name: string): boolean => name !== "objects";
