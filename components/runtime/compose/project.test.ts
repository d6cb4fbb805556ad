import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { afterEach, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { debianProgram } from "../../../sandbox/toolchain/debian.ts";
import type { Container } from "../../workloads/contract.ts";
import type { PlannedWorkload } from "../../workloads/plan.ts";
import { releaseFiles } from "./bundle.ts";
import { facts, projectOf } from "./testdata/fleet.ts";

const folders: string[] = [];
afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true, force: true })));

const schema = JSON.parse(
  readFileSync(path.join(import.meta.dirname, "testdata", "compose-spec.json"), "utf8"),
) as object;
const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv);
const validate = ajv.compile(schema);

const small: Container = {
  image: "docker.io/library/tool@sha256:00",
  cpu: { request: 0.1 },
  memoryMiB: { request: 32 },
  user: 1000,
};

function missing(): never {
  throw new Error("no such service");
}

const changed =
  (name: string, change: (workload: PlannedWorkload["workload"]) => PlannedWorkload["workload"]) =>
  (workloads: readonly PlannedWorkload[]): readonly PlannedWorkload[] =>
    workloads.map((planned) => (planned.name === name ? { ...planned, workload: change(planned.workload) } : planned));

/** Every form that a workload can have beside the two of the fixture. */
const forms = (workloads: readonly PlannedWorkload[]): readonly PlannedWorkload[] => [
  ...changed("litellm", ({ container, files = {}, secrets = {} }) => ({
    container: { ...container, sharedMemoryMiB: 128, lifecycle: { graceSeconds: 60 } },
    replicas: 1,
    files,
    secrets,
    sidecars: { exporter: small },
    prepare: { migrate: { ...small, args: ["echo $HOME"] } },
    secretFiles: { "/run/secrets/key": { secret: "master-key", key: "key" } },
  }))(workloads),
  ...workloads.slice(0, 1).flatMap((planned): PlannedWorkload[] => [
    {
      ...planned,
      name: "nightly",
      handles: {},
      requires: [],
      workload: { form: "scheduled", schedule: "30 2 * * 1-5", deadlineSeconds: 600, retries: 2, container: small },
    },
    {
      ...planned,
      name: "import",
      handles: {},
      requires: [],
      workload: { form: "batch", deadlineSeconds: 600, retries: 0, container: small },
    },
    { ...planned, name: "agent", handles: {}, requires: [], workload: { form: "daemon", container: small } },
  ]),
];

describe.each([
  ["a model server and its proxy", (workloads: readonly PlannedWorkload[]) => workloads],
  ["every form of workload", forms],
])("the compose file of %s", (_, change) => {
  test("is accepted by Debian's docker-compose", async () => {
    const root = mkdtempSync(path.join(tmpdir(), "splitfleet-compose-"));
    folders.push(root);
    const project = projectOf(facts, "inference", root, change);
    for (const line of project.secrets) {
      const [kind, service = ""] = line.split(" ");
      const folder = path.join(root, "secrets", "services", service);
      mkdirSync(folder, { recursive: true });
      if (kind === "variable") writeFileSync(path.join(folder, "variables.env"), "LITELLM_MASTER_KEY='value'\n");
    }
    const file = path.join(root, "compose.yaml");
    writeFileSync(file, releaseFiles(project, root)["compose.yaml"] ?? "");
    const program = await debianProgram("docker-compose", "docker-compose");
    const run = (): string =>
      execFileSync(program, ["--project-name", "splitfleet", "--file", file, "config", "--quiet"], {
        env: { PATH: process.env["PATH"], MESH_ADDRESS: "100.64.0.1" },
        encoding: "utf8",
        stdio: "pipe",
      });
    expect(run).not.toThrow();
  });

  test("is valid by the current Compose Specification", () => {
    const text = releaseFiles(projectOf(facts, "inference", "/srv", change), "/srv")["compose.yaml"] ?? "";
    validate(parse(text));
    expect(validate.errors).toEqual(null);
  });
});

test("a container is bounded, restricted and restarted", () => {
  const { environment, ...service } = projectOf(facts, "inference").compose.services["ollama"] ?? missing();
  expect(environment).toMatchObject({ OLLAMA_HOST: "0.0.0.0:11434", HOME: "/tmp" });
  expect(service).toEqual({
    image: `docker.io/ollama/ollama@sha256:${"0".repeat(64)}`,
    user: "10001:10001",
    read_only: true,
    tmpfs: ["/tmp:exec,nosuid,nodev,mode=1777"],
    cap_drop: ["ALL"],
    security_opt: ["no-new-privileges:true"],
    init: true,
    mem_limit: "3008m",
    memswap_limit: "3008m",
    cpu_shares: 2048,
    pids_limit: 2048,
    restart: "unless-stopped",
    logging: {
      driver: "json-file",
      options: { "max-size": "10m", "max-file": "3", labels: "splitfleet/workload" },
    },
    labels: { "splitfleet/workload": "ollama" },
    healthcheck: {
      test: ["CMD", "/.splitfleet/busybox", "wget", "-q", "-Y", "off", "-O", "/dev/null", "http://127.0.0.1:11434/"],
      interval: "10s",
      timeout: "1s",
      retries: 3,
      start_period: "300s",
    },
    networks: {
      litellm_ollama: { aliases: ["ollama"] },
      ollama_internet: { aliases: ["ollama"] },
      ollama: { aliases: ["ollama"] },
    },
    dns: ["100.100.100.100"],
    volumes: ["/usr/bin/busybox:/.splitfleet/busybox:ro", "ollama_models:/models"],
  });
});
