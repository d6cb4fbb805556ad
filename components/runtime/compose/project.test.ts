import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { afterEach, describe, expect, test, vi } from "vitest";
import { parse } from "yaml";
import { debianProgram } from "../../../sandbox/toolchain/debian.ts";
import type { Container } from "../../workloads/contract.ts";
import type { PlannedWorkload } from "../../workloads/plan.ts";
import { releaseFiles } from "./bundle.ts";
import { facts, projectOf } from "./testdata/fleet.ts";

/** docker-compose is Python: seconds on a busy machine. */
vi.setConfig({ testTimeout: 60_000 });

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
  ...changed("litellm", ({ container, files = {}, secrets = {}, needs = [] }) => ({
    container: { ...container, sharedMemoryMiB: 128, lifecycle: { graceSeconds: 60 } },
    replicas: 1,
    files,
    secrets,
    needs,
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

describe("what a workload is made of beside its container", () => {
  const project = projectOf(facts, "inference", "/srv", forms);
  const { services } = project.compose;

  test("sidecars share a network that outlives each of them", () => {
    expect(services["litellm"]?.network_mode).toBe("service:litellm_pod");
    expect(services["litellm_exporter"]?.network_mode).toBe("service:litellm_pod");
    expect(services["litellm_pod"]).toMatchObject({
      entrypoint: ["/.splitfleet/busybox", "sleep", "2147483647"],
      networks: { litellm_ollama: { aliases: ["litellm"] }, litellm_mesh: { aliases: ["litellm"] } },
      ports: ["${MESH_ADDRESS:?}:4000:4000/tcp"],
    });
  });

  test("what prepares it ends well before it starts, and is told its text as it is", () => {
    expect(services["litellm"]?.depends_on).toEqual({
      "litellm_prepare-migrate": { condition: "service_completed_successfully" },
      litellm_pod: { condition: "service_started" },
    });
    expect(services["litellm_prepare-migrate"]?.command).toEqual(["echo $$HOME"]);
  });

  test("a secret file is mounted from its container's own folder, and a change makes the container anew", () => {
    expect(services["litellm"]?.volumes).toContain("/srv/secrets/services/litellm/run/secrets/key:/run/secrets/key:ro");
    expect(services["litellm"]?.labels["splitfleet/secrets-revision"]).toBe("${SECRETS_LITELLM:-none}");
    expect(project.secrets).toContain("file litellm 10001 /run/secrets/key litellm/master-key/key");
  });

  test("tasks run by the node's clock, or once for each change", () => {
    expect(project.tasks.map(({ fingerprint: _, ...task }) => task)).toEqual([
      { service: "ollama_preload", retries: 6 },
      { service: "nightly", retries: 2, deadlineSeconds: 600, schedule: "30 2 * * 1-5" },
      { service: "import", retries: 0, deadlineSeconds: 600 },
    ]);
    const units = releaseFiles(project, "/srv");
    expect(units["units/splitfleet-compose-task-nightly.timer"]).toContain(
      "OnCalendar=Mon,Tue,Wed,Thu,Fri *-*-* 2:30:00 UTC\n",
    );
    expect(units["units/splitfleet-compose-task-import.service"]).toContain("TimeoutStartSec=600\n");
  });

  test("a scratch directory that two containers name is one directory", () => {
    const shared = changed("litellm", ({ container, files = {}, secrets = {}, needs = [] }) => ({
      container,
      files,
      secrets,
      needs,
      replicas: 1,
      prepare: { fill: { ...small, scratch: ["/tmp", "/work"] } },
    }));
    const { compose, volumes } = projectOf(facts, "inference", "/srv", shared);
    expect(compose.services["litellm"]?.tmpfs).toBeUndefined();
    expect(compose.services["litellm"]?.volumes).toContain("litellm_scratch-0:/tmp");
    expect(compose.services["litellm_prepare-fill"]?.volumes).toEqual(
      expect.arrayContaining(["litellm_scratch-0:/tmp"]),
    );
    expect(compose.services["litellm_prepare-fill"]?.tmpfs).toEqual(["/work:exec,nosuid,nodev,mode=1777"]);
    expect(volumes["litellm_scratch-0"]).toEqual({ owner: 10001, mode: "1777" });
  });
});

describe("networks", () => {
  const split = { ...facts.workloads, litellm: { ...facts.workloads.litellm, pool: "operations" } };

  test("two workloads share one only where one needs the other, and it leads nowhere else", () => {
    const { networks } = projectOf(facts, "inference").compose;
    expect(Object.entries(networks).map(([name, { internal }]) => [name, internal])).toEqual([
      ["litellm_ollama", true],
      ["ollama_internet", undefined],
      ["ollama", true],
      ["litellm_mesh", undefined],
    ]);
  });

  test("a need across nodes opens the port on the mesh, and the filter lets exactly that through", async () => {
    const [inference, operations] = ["inference", "operations"].map((pool) =>
      projectOf({ ...facts, workloads: split }, pool),
    );
    expect(inference?.compose.services["ollama"]?.ports).toEqual(["${MESH_ADDRESS:?}:11434:11434/tcp"]);
    expect(operations?.compose.services["litellm"]?.dns).toEqual(["100.100.100.100"]);
    const rules = operations?.filter
      .split("\n")
      .filter((line) => line.includes("accept") && line.includes("tailscale0"));
    expect(rules?.map((rule) => rule.trim())).toEqual([
      'iifname "tailscale0" oifname "sfm-38b1fc3b" tcp dport { 4000 } accept',
      'iifname "sfm-38b1fc3b" oifname "tailscale0" tcp dport { 11434 } accept',
      'iifname "sfm-38b1fc3b" oifname "tailscale0" ip daddr 100.100.100.100 udp dport 53 accept',
    ]);
    const nft = await debianProgram("nft", "nftables");
    const unshare = await debianProgram("unshare", "util-linux");
    const check = (): Buffer =>
      execFileSync(unshare, ["--user", "--map-root-user", "--net", nft, "--check", "--file", "-"], {
        input: operations?.filter,
        stdio: "pipe",
      });
    expect(check).not.toThrow();
  });
});
