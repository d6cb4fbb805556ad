import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { renderProject } from "../components/runtime/compose/project.ts";
import type { Runtime } from "../components/workloads/contract.ts";
import { loadExtensions } from "../components/workloads/extensions.ts";
import type { PlannedWorkload } from "../components/workloads/plan.ts";
import { registry } from "../components/workloads/registry.ts";
import { runsOf } from "../components/workloads/runs.ts";
import { fileOf, fleetOfEveryKind, workloadOf } from "./fleet-of-every-kind.ts";

/** Each plan is a process of its own: seconds on a busy machine. */
vi.setConfig({ testTimeout: 60_000 });

const PROJECT = path.join(import.meta.dirname, "..");
const TESTDATA = path.join(PROJECT, "stacks/testdata");
const DIGEST = "0".repeat(64);

/** Two kinds of a fork: a database, and a shop that needs it. */
const RECORDS = `import { z } from "zod";
import { defineWorkload } from "${PROJECT}/components/workloads/contract.ts";

export const records = defineWorkload({
  kind: "records",
  summary: "Relational database",
  memory: "What the entry says.",
  runtimes: ["kubernetes"],
  ports: { sql: { port: 5432, audience: "cluster", credentials: "owner" } },
  spec: { memoryMiB: z.int().default(256), retentionDays: z.int().optional() },
  build: (spec, context) => ({
    replicas: 1,
    container: {
      image: context.image("records"),
      cpu: { request: 0.1 },
      memoryMiB: { request: spec.memoryMiB },
      user: 999,
    },
    volumes: {
      data: { path: "/var/lib/postgresql", sizeGiB: 5, keep: true, retentionDays: spec.retentionDays },
    },
    secrets: { owner: { class: "generated", keys: ["username", "password"] } },
  }),
});
`;
const SHOP = `import { credential, defineWorkload } from "${PROJECT}/components/workloads/contract.ts";

export const shop = defineWorkload({
  kind: "shop",
  summary: "Sells parrots",
  memory: "64 MiB.",
  runtimes: ["kubernetes"],
  ports: { web: { port: 8080, audience: "public" } },
  needs: { database: { kind: "records", port: "sql" } },
  spec: {},
  build: (_, { image, needs: { database } }) => ({
    replicas: 2,
    container: {
      image: image("shop"),
      env: { DATABASE_HOST: database.host, DATABASE_PASSWORD: credential(database, "password") },
      cpu: { request: 0.1 },
      memoryMiB: { request: 64 },
      user: 10001,
    },
  }),
});
`;

/** A kind for both runtimes with what most have: a port, a setting, a store with copies, a secret, figures and an alert. */
const NOTES = `import { z } from "zod";
import { defineWorkload } from "${PROJECT}/components/workloads/contract.ts";
import { copiedDaily } from "${PROJECT}/components/workloads/copied-daily.ts";
import { httpProbes } from "${PROJECT}/components/workloads/probes.ts";

export const notes = defineWorkload({
  kind: "notes",
  summary: "Notes that a team keeps",
  memory: "128 MiB.",
  runtimes: ["kubernetes", "compose"],
  ports: { http: { port: 8090, audience: "mesh", credentials: "login" } },
  backups: "optional",
  metrics: { port: "http", path: "/metrics", names: ["notes_errors_total"] },
  alerts: [
    {
      name: "NotesFailing",
      expression: "rate(notes_errors_total[5m]) > 1",
      forMinutes: 10,
      severity: "ticket",
      summary: "Notes are not saved",
      runbook: ["Read its log."],
    },
  ],
  spec: { storageGiB: z.number().positive().default(1), retentionDays: z.int().min(1).default(90) },
  build: (spec, context) => ({
    replicas: 1,
    container: {
      image: context.image("notes"),
      env: { PASSWORD: { secret: "login", key: "password" } },
      cpu: { request: 0.1 },
      memoryMiB: { request: 128 },
      probes: httpProbes({ port: 8090, ready: "/health" }),
      user: 10001,
    },
    volumes: { data: copiedDaily({ ...spec, path: "/data", copyDays: 7 }) },
    secrets: { login: { class: "generated", keys: ["password"] } },
  }),
});
`;

let folder: string;
let file: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "splitfleet-extension-"));
  file = path.join(folder, "trial.yaml");
  await symlink(path.join(PROJECT, "node_modules"), path.join(folder, "node_modules"));
  const lock = await readFile(path.join(TESTDATA, "trial.lock.yaml"), "utf8");
  const images = ["records", "shop", "notes"].map(
    (name) => `  ${name}: registry.example.org/${name}@sha256:${DIGEST}\n`,
  );
  await writeFile(path.join(folder, "trial.lock.yaml"), lock.replace("images:\n", `images:\n${images.join("")}`));
});
afterAll(() => rm(folder, { recursive: true }));
beforeEach(async () => {
  await rm(path.join(folder, "kinds"), { recursive: true, force: true });
  await cp(path.join(TESTDATA, "trial.yaml"), file);
});

/** What `plan` says of the trial environment with these workloads, and these files beside what upstream defines. */
async function plan(kinds: Readonly<Record<string, string>>, ...workloads: readonly string[]) {
  await cp(path.join(PROJECT, "extensions/workloads/README.md"), path.join(folder, "kinds/README.md"));
  for (const [name, text] of Object.entries(kinds)) await writeFile(path.join(folder, "kinds", name), text);
  const trial = await readFile(file, "utf8");
  await writeFile(
    file,
    trial.replace("  splitfleet:teams:", [...workloads.map((line) => `    ${line}`), "  splitfleet:teams:"].join("\n")),
  );
  return execa(process.execPath, [path.join(PROJECT, "scripts/plan.ts"), "--json", "--file", "trial.yaml"], {
    cwd: folder,
    env: { SPLITFLEET_EXTENSIONS: path.join(folder, "kinds"), INIT_CWD: folder, NO_COLOR: "1" },
    reject: false,
  });
}

const at = "team: assistants, pool: operations";

const row = z.object({ type: z.string(), name: z.string(), inputs: z.record(z.string(), z.unknown()) });
type Row = z.infer<typeof row>;

/** Rows of a plan that could be made. */
function rowsOf({ stdout, stderr, exitCode }: Awaited<ReturnType<typeof plan>>): readonly Row[] {
  expect({ stderr, sound: exitCode === 0 || exitCode === 1 }).toEqual({ stderr: "", sound: true });
  return z.tuple([z.object({ rows: z.array(row) })]).parse(JSON.parse(String(stdout)))[0].rows;
}

const kindsOf = (rows: readonly Row[], names: RegExp): string[] =>
  rows
    .filter(({ name }) => names.test(name))
    .map(({ name, type }) => `${name}: ${type.split(":").at(-1)}`)
    .sort();

test("a file in the folder is all that a new kind takes", async () => {
  const result = await plan(
    { "records.ts": RECORDS, "shop.ts": SHOP },
    `main: { kind: records, ${at}, dataClass: personal, retentionDays: 30 }`,
    `shop: { kind: shop, ${at}, dataClass: internal, hostnames: { web: shop.example.org } }`,
  );
  expect(kindsOf(rowsOf(result), /^(main|shop)-/)).toEqual([
    "main-account: ServiceAccount",
    "main-flows: NetworkPolicy",
    "main-login: VaultAuth",
    "main-owner: VaultStaticSecret",
    "main-service: Service",
    "main-stateful-set: StatefulSet",
    "shop-account: ServiceAccount",
    "shop-deployment: Deployment",
    "shop-disruption: PodDisruptionBudget",
    "shop-flows: NetworkPolicy",
    "shop-login: VaultAuth",
    "shop-main-owner: VaultStaticSecret",
    "shop-service: Service",
  ]);
});

test("a kind with port, store, secret, figures and alert is under 40 lines, and runs on both runtimes", async () => {
  expect(NOTES.trimEnd().split("\n").length).toBeLessThan(40);
  const trial = await readFile(file, "utf8");
  await writeFile(file, trial.replace("role: inference\n", "role: inference\n      cluster: none\n"));
  const rows = rowsOf(
    await plan(
      { "notes.ts": NOTES },
      `notes: { kind: notes, ${at}, dataClass: personal }`,
      "small-notes: { kind: notes, team: assistants, pool: inference, dataClass: confidential }",
    ),
  );
  expect(kindsOf(rows, /notes/)).toEqual([
    "notes-account: ServiceAccount",
    "notes-flows: NetworkPolicy",
    "notes-login: VaultAuth",
    "notes-login: VaultStaticSecret",
    "notes-service: Service",
    "notes-stateful-set: StatefulSet",
    "notes: KubernetesWorkload",
    // On Docker Compose it is in the project of its pool; only its password is a resource of its own.
    "secrets-small-notes-login-password: RandomPassword",
    "trial-notes-policy: Policy",
    "trial-notes-role: AuthBackendRole",
    "trial-notes: VaultAccess",
  ]);
});

/** One workload of every kind, among them the fork's. */
async function fleetWithNotes(runtime: Runtime): Promise<readonly PlannedWorkload[]> {
  await mkdir(path.join(folder, "kinds"), { recursive: true });
  await writeFile(path.join(folder, "kinds/notes.ts"), NOTES);
  const { kinds, problems } = await loadExtensions(path.join(folder, "kinds"), registry);
  expect(problems).toEqual([]);
  return fleetOfEveryKind(runtime, {}, [...registry, ...kinds]);
}

test.each(["kubernetes", "compose"] as const)("what a kind of a fork states is derived on %s", async (runtime) => {
  const fleet = await fleetWithNotes(runtime);
  const prometheus = workloadOf(fleet, "prometheus");
  const scraped = parse(fileOf(prometheus, "/etc/prometheus/prometheus.yml"));
  expect(scraped).toMatchObject({
    scrape_configs: expect.arrayContaining([expect.objectContaining({ job_name: "notes" })]),
  });
  expect(fileOf(prometheus, "/etc/prometheus/rules/alerts.yml")).toContain("alert: NotesFailing");
  expect(runsOf(workloadOf(fleet, "notes")).map(({ name }) => name)).toEqual([
    "notes-data-backup",
    "notes-data-restore",
  ]);
});

test("a kind of a fork is a service of the compose project, which no file of upstream names", async () => {
  const fleet = await fleetWithNotes("compose");
  const { compose } = renderProject({ own: fleet, all: fleet, root: "/p", models: {}, labelsOf: () => ({}) });
  expect(compose.services["notes"]).toMatchObject({
    image: `registry.example.org/notes@sha256:${DIGEST}`,
    read_only: true,
    user: "10001:10001",
    mem_limit: "128m",
    ports: ["${MESH_ADDRESS:?}:8090:8090/tcp"],
    volumes: expect.arrayContaining(["notes_data:/data"]),
  });
});

/** A long line is wrapped according to how long the temporary folder's name is. */
const unwrapped = (report: string): string => report.replaceAll(/\n {18}/g, " ").replaceAll(`${folder}/`, "");

test("what is wrong with its entries and its file is in the report of the environment", async () => {
  const { stderr, exitCode, stdout } = await plan(
    { "records.ts": RECORDS, "shop.ts": SHOP, "broken.ts": "throw new Error('no wings');" },
    `first: { kind: records, ${at}, dataClass: personal }`,
    `second: { kind: records, ${at}, dataClass: internal }`,
    `shop: { kind: shop, ${at}, dataClass: internal, hostnames: { web: shop.example.org } }`,
    `stall: { kind: shop, ${at}, dataClass: public, hostnames: { web: shop.example.org }, needs: { database: frist } }`,
  );
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
  expect(unwrapped(stderr)).toBe(`\
trial.yaml: 4 problems

  workloads.first at 49:5
    got           personal data on its volume data, and no retention
    expected      the age in days at which personal data is deleted
    fix           state \`retentionDays\` on volume data in kinds/records.ts, or a lower dataClass

  workloads.shop at 51:5
    got           the need database without a choice
    expected      the name of a workload of kind records: first, second
    fix           write \`needs: { database: first }\`, or another of them; kinds/shop.ts declares the need

  workloads.stall.hostnames.web at 52:99
    got           shop.example.org, which leads to port web of workload shop
    expected      a host name of its own
    fix           choose another for one of the two; their ports stand in kinds/shop.ts

  workloads.stall.needs.database at 52:138
    got           "frist"
    expected      the name of a workload of kind records: first, second
    did you mean  first
    fix           choose one of them for the need database of kinds/shop.ts

kinds/broken.ts: 1 problem

    got           an error as it was loaded: no wings
    expected      a file that loads
    fix           \`node kinds/broken.ts\` says where`);
});

/** A definition of a fork with these parts. */
const service = (
  kind: string,
  parts: string,
  container = "image: context.image('records'), memoryMiB: { request: 64 }",
) =>
  `import { defineWorkload } from "${PROJECT}/components/workloads/contract.ts";

export const definition = defineWorkload({
  kind: "${kind}", summary: "", memory: "", spec: {},
  ${parts},
  build: (_, context) => ({ replicas: 1, container: { ${container}, cpu: { request: 0.1 }, user: 10001 } }),
});
`;

test("a circle of needs, an image without digest, another runtime and too much memory name the definition's file", async () => {
  const circular = (need: string) =>
    `runtimes: ["kubernetes"], ports: { api: { port: 80, audience: "cluster" } }, needs: { other: { kind: "${need}", port: "api" } }`;
  const alone = (runtime: string) => `runtimes: ["${runtime}"], ports: {}`;
  const { stderr, exitCode, stdout } = await plan(
    {
      "hen.ts": service("hen", circular("egg")),
      "egg.ts": service("egg", circular("hen")),
      "loose.ts": service("loose", alone("kubernetes"), 'image: "nginx:latest", memoryMiB: { request: 64 }'),
      "island.ts": service("island", alone("compose")),
      "whale.ts": service(
        "whale",
        alone("kubernetes"),
        "image: context.image('records'), memoryMiB: { request: 8192 }",
      ),
    },
    ...["hen", "egg", "loose", "island", "whale"].map(
      (kind) => `${kind}: { kind: ${kind}, ${at}, dataClass: internal }`,
    ),
  );
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
  expect(unwrapped(stderr)).toBe(`\
trial.yaml: 4 problems

  workloads.egg at 50:5
    got           a circle of needs: egg -> hen -> egg
    expected      needs that come to an end
    fix           take a need out of kinds/egg.ts or kinds/hen.ts, or choose another workload for it

  workloads.loose at 51:5
    got           the image nginx:latest without its digest
    expected      an image of the lock, which pins it by digest
    fix           write \`context.image(name)\` for it in kinds/loose.ts

  workloads.island at 52:5
    got           kind island, which runs on compose only
    expected      a kind that runs on kubernetes, as pool operations does
    fix           choose another pool, or add kubernetes to the \`runtimes\` in kinds/island.ts

  workloads.whale at 53:5
    got           no room on pool operations for whale (8.0); the largest asks for 8.0 GiB and 0.1 cores node  GiB  system  free  free cores  pods (GiB each) 1     8.0  2.2     5.3   3.4         2 x egress (0.1), hen (0.1), egg (0.1), loose (0.1), island (0.1)
    expected      pods that fit on 1 node of 5.8 GiB and 4 cores
    fix           ask for less (worked out in kinds/whale.ts), choose a larger type, or add a node to the pool`);
});
