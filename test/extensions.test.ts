import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { z } from "zod";

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

let folder: string;
let file: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "splitfleet-extension-"));
  file = path.join(folder, "trial.yaml");
  await symlink(path.join(PROJECT, "node_modules"), path.join(folder, "node_modules"));
  const lock = await readFile(path.join(TESTDATA, "trial.lock.yaml"), "utf8");
  const images = ["records", "shop"].map((name) => `  ${name}: registry.example.org/${name}@sha256:${DIGEST}\n`);
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

test("a file in the folder is all that a new kind takes", async () => {
  const { stdout, stderr, exitCode } = await plan(
    { "records.ts": RECORDS, "shop.ts": SHOP },
    `main: { kind: records, ${at}, dataClass: personal, retentionDays: 30 }`,
    `shop: { kind: shop, ${at}, dataClass: internal, hostnames: { web: shop.example.org } }`,
  );
  expect(stderr).toBe("");
  expect(exitCode).toBeLessThan(2);
  const rows = z
    .tuple([z.object({ rows: z.array(z.object({ type: z.string(), name: z.string() })) })])
    .parse(JSON.parse(stdout))[0].rows;
  expect(
    rows
      .filter(({ name }) => /^(main|shop)-/.test(name))
      .map(({ name, type }) => `${name}: ${type.split(":").at(-1)}`)
      .sort(),
  ).toEqual([
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

test("what is wrong with its entries and its file is in the report of the environment", async () => {
  const { stderr, exitCode, stdout } = await plan(
    { "records.ts": RECORDS, "shop.ts": SHOP, "broken.ts": "throw new Error('no wings');" },
    `first: { kind: records, ${at}, dataClass: personal }`,
    `second: { kind: records, ${at}, dataClass: internal }`,
    `shop: { kind: shop, ${at}, dataClass: internal, hostnames: { web: shop.example.org } }`,
    `stall: { kind: shop, ${at}, dataClass: public, hostnames: { web: shop.example.org }, needs: { database: frist } }`,
  );
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
  // A long line is wrapped according to how long the temporary folder's name is.
  expect(stderr.replaceAll(/\n {18}/g, " ").replaceAll(`${folder}/`, "")).toBe(`\
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
