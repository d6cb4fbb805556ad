import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { parse } from "yaml";
import { catalogueOf } from "../../plan/pricing/catalogue/catalogue.ts";
import { price } from "../../plan/pricing/testing.ts";
import { loadEnvironment } from "../../stacks/environment-file.ts";
import { trialFacts } from "../../stacks/testdata/trial.ts";
import { typeStepsOf } from "./changes.ts";
import type { LockedHetznerPool } from "./hetzner-pools.ts";
import { toText } from "./report.ts";
import { type ResolveOptions, resolveLock } from "./resolve.ts";
import { type Answer, IMAGE_FOUND, IMAGE_PATH, recordedHosts, SERVER_TYPES_PATH, serverTypes } from "./testing.ts";

const TODAY = "2027-01-15";
const TESTDATA = path.join(import.meta.dirname, "../../stacks/testdata");
const sum = (digit: string): string => digit.repeat(64);
const digest = (digit: string): string => `sha256:${sum(digit)}`;
const K3S = "github.com/k3s-io/k3s/releases/download/v1.36.2%2Bk3s1/sha256sum-";

const ANSWERS: Readonly<Record<string, Answer>> = {
  [SERVER_TYPES_PATH]: serverTypes([
    { name: "cpx32", stock: { nbg1: true } },
    { name: "cx43", cores: 8, stock: { nbg1: true } },
    { name: "cpx42", cores: 8, stock: { nbg1: false } },
  ]),
  [IMAGE_PATH]: IMAGE_FOUND,
  "ghcr.io/v2/berriai/litellm/manifests/v2": { headers: { "docker-content-digest": digest("1") } },
  "registry-1.docker.io/v2/ubuntu/squid/manifests/6.6": { headers: { "docker-content-digest": digest("9") } },
  "registry-1.docker.io/v2/library/haproxy/manifests/3.2": { headers: { "docker-content-digest": digest("e") } },
  "registry-1.docker.io/v2/ollama/ollama/manifests/0.32.15": { headers: { "docker-content-digest": digest("2") } },
  [`${K3S}amd64.txt`]: { body: `${sum("3")}  k3s\n` },
  [`${K3S}arm64.txt`]: { body: `${sum("4")}  k3s-arm64\n` },
  "pkgs.tailscale.com/stable/?mode=json": { body: { TarballsVersion: "1.102.3" } },
  "pkgs.tailscale.com/stable/tailscale_1.102.3_amd64.tgz.sha256": { body: sum("5") },
  "pkgs.tailscale.com/stable/tailscale_1.102.3_arm64.tgz.sha256": { body: sum("6") },
  "releases.hashicorp.com/vault/1.21.0/vault_1.21.0_SHA256SUMS": {
    body: `${sum("7")}  vault_1.21.0_linux_amd64.zip\n${sum("8")}  vault_1.21.0_linux_arm64.zip\n`,
  },
};

const catalogue = catalogueOf(
  [
    price("hetzner/server/cx43/nbg1", "0.0264", { monthlyCap: "16.49" }),
    price("hetzner/server/cpx42/nbg1", "0.1122", { monthlyCap: "69.99" }),
  ],
  TODAY,
);

/** A folder with the trial environment. @param lock Its lock's text; none at all with `null`. */
async function trial(lock?: string | null) {
  const folder = await mkdtemp(path.join(tmpdir(), "splitfleet-resolve-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = path.join(folder, "trial.yaml");
  const lockFile = path.join(folder, "trial.lock.yaml");
  await cp(path.join(TESTDATA, "trial.yaml"), file);
  if (lock !== null)
    await writeFile(lockFile, lock ?? (await readFile(path.join(TESTDATA, "trial.lock.yaml"), "utf8")));
  const imageList = path.join(folder, "images.yaml");
  await writeFile(
    imageList,
    "egress-proxy: docker.io/ubuntu/squid:6.6\nhaproxy: docker.io/library/haproxy:3.2\nlitellm: ghcr.io/berriai/litellm:v2\nollama: docker.io/ollama/ollama:0.32.15\n",
  );
  return { file, lockFile, imageList };
}

async function run(
  { file, imageList }: { readonly file: string; readonly imageList: string },
  options: Partial<ResolveOptions> = {},
  answers: Readonly<Record<string, Answer>> = ANSWERS,
) {
  const recorded = await recordedHosts(answers);
  onTestFinished(recorded.close);
  return resolveLock({
    file,
    imageList,
    keep: false,
    dryRun: false,
    today: TODAY,
    ask: recorded.ask,
    aws: async () => ({ unavailable: "the AWS CLI is not installed" }),
    catalogue,
    hetznerToken: "a-token",
    ...options,
  });
}

const LOCKED: LockedHetznerPool = {
  kind: "hetzner",
  serverType: "cpx42",
  architecture: "amd64",
  vcpu: 8,
  memoryGiB: 16,
  diskGiB: 320,
  image: "debian-13",
};

const LOCK = `# yaml-language-server: $schema=../docs/reference/lock.schema.json
# Written by \`npm run resolve\`, and committed. Comments of entries that stay are kept.
version: 1
environment: trial
resolvedAt: 2027-01-15
pools:
  operations:
    kind: hetzner
    serverType: cpx32
    architecture: amd64
    vcpu: 4
    memoryGiB: 8
    diskGiB: 160
    image: debian-13
  inference:
    kind: hetzner
    serverType: cx43
    architecture: amd64
    vcpu: 8
    memoryGiB: 16
    diskGiB: 320
    image: debian-13
images:
  egress-proxy: docker.io/ubuntu/squid:6.6@${digest("9")}
  haproxy: docker.io/library/haproxy:3.2@${digest("e")}
  litellm: ghcr.io/berriai/litellm:v2@${digest("1")}
  ollama: docker.io/ollama/ollama:0.32.15@${digest("2")}
binaries:
  k3s:
    version: v1.36.2+k3s1
    sha256:
      amd64: "${sum("3")}"
      arm64: "${sum("4")}"
  tailscale:
    version: 1.102.3
    sha256:
      amd64: "${sum("5")}"
      arm64: "${sum("6")}"
  vault:
    version: 1.21.0
    sha256:
      amd64: "${sum("7")}"
      arm64: "${sum("8")}"
`;

test("the first run writes a whole lock, with which the environment loads", async () => {
  const place = await trial(null);
  const report = await run(place);
  expect(await readFile(place.lockFile, "utf8")).toBe(LOCK);
  expect(report).toMatchObject({ written: true, resolvedAt: { before: null, after: TODAY }, typeSteps: [] });
  expect((await loadEnvironment(place.file)).lock).toEqual(parse(LOCK));
});

test("a second run changes nothing", async () => {
  const place = await trial(LOCK);
  const report = await run(place);
  expect(report).toMatchObject({ written: false, changes: [], notes: [] });
  expect(toText(report)).toBe(`trial: pools, images, binaries looked up for ${report.file}.\nNothing changed.\n`);
});

test("a later run keeps comments of what stays, and shows what changes with the nodes and the price of the step", async () => {
  const place = await trial(
    LOCK.replaceAll("serverType: cx43", "serverType: cpx42 # cx43 was not orderable")
      .replace("version: 1.102.3", "version: 1.102.3 # held back on purpose")
      .replace("litellm:v2", "litellm:v1")
      .replace("2027-01-15", "2026-11-21"),
  );
  const report = await run(place);
  expect(report).toEqual({
    version: 1,
    environment: "trial",
    file: place.lockFile,
    written: true,
    resolvedAt: { before: "2026-11-21", after: "2027-01-15" },
    parts: ["pools", "images", "binaries"],
    changes: [
      {
        path: "images.litellm",
        before: `ghcr.io/berriai/litellm:v1@${digest("1")}`,
        after: `ghcr.io/berriai/litellm:v2@${digest("1")}`,
      },
      { path: "pools.inference.serverType", before: "cpx42", after: "cx43" },
    ],
    typeSteps: [
      {
        pool: "inference",
        nodes: 1,
        step: "resize",
        before: "cpx42",
        after: "cx43",
        monthlyEurosBefore: "69.99",
        monthlyEurosAfter: "16.49",
      },
    ],
    notes: [],
  });
  expect(await readFile(place.lockFile, "utf8")).toBe(
    LOCK.replace("version: 1.102.3", "version: 1.102.3 # held back on purpose"),
  );
  expect(toText(report)).toContain(
    "Pool inference: the next `up` stops and resizes 1 node from cpx42 to cx43, at 16.49 euros a month each instead of 69.99 (price of a new order, without VAT).",
  );
});

test("a part that could not be asked leaves the day of the lock as it is", async () => {
  const place = await trial(LOCK.replace("2027-01-15", "2026-11-21").replace("litellm:v2", "litellm:v1"));
  const report = await run(place, { hetznerToken: undefined });
  expect(report.resolvedAt).toEqual({ before: "2026-11-21", after: "2026-11-21" });
  expect(report.notes).toEqual([
    { path: "pools.operations", message: "left as it is: HCLOUD_TOKEN is not set" },
    { path: "pools.inference", message: "left as it is: HCLOUD_TOKEN is not set" },
  ]);
  expect(await readFile(place.lockFile, "utf8")).toBe(LOCK.replace("2027-01-15", "2026-11-21"));
});

test("one part alone asks nobody about the others", async () => {
  const place = await trial(LOCK.replace("litellm:v2", "litellm:v1"));
  const report = await run(place, { only: "images", hetznerToken: undefined });
  expect(report).toMatchObject({ parts: ["images"], written: true, notes: [] });
  expect(report.changes.map(({ path: place }) => place)).toEqual(["images.litellm"]);
});

test("a dry run writes nothing", async () => {
  const place = await trial();
  const before = await readFile(place.lockFile, "utf8");
  const report = await run(place, { dryRun: true });
  expect(report).toMatchObject({ written: false, typeSteps: [{ pool: "inference", after: "cx43" }] });
  expect(await readFile(place.lockFile, "utf8")).toBe(before);
});

test("one look-up that fails leaves the file as it was", async () => {
  const place = await trial();
  const before = await readFile(place.lockFile, "utf8");
  const answers = { ...ANSWERS, "ghcr.io/v2/berriai/litellm/manifests/v2": { status: 404 } };
  await expect(run(place, {}, answers)).rejects.toThrow(
    "https://ghcr.io/v2/berriai/litellm/manifests/v2 answered 404. Nothing was written. There is no image ghcr.io/berriai/litellm:v2: correct it in components/workloads/images.yaml.",
  );
  expect(await readFile(place.lockFile, "utf8")).toBe(before);
});

test("a malformed lock is refused, naming the place", async () => {
  const place = await trial(LOCK.replace("environment: trial", "environment: 7"));
  await expect(run(place)).rejects.toThrow(/trial\.lock\.yaml: 1 problem\n\n {2}environment at 4:14/);
});

test("a smaller disk or another architecture is a replacement, and a price that nobody knows is said to be unknown", () => {
  const { pools, sites, lock } = trialFacts();
  const moved = (next: Partial<LockedHetznerPool>) => {
    const inference = { ...LOCKED, ...next };
    const before = { ...lock, pools: { inference: LOCKED } };
    return typeStepsOf(before, { ...lock, pools: { inference } }, { spec: { pools, sites }, catalogue });
  };
  const [smaller] = moved({ serverType: "cx43", diskGiB: 160 });
  const [other] = moved({ serverType: "cax31", architecture: "arm64" });
  expect([smaller?.step, other?.step, other?.monthlyEurosAfter]).toEqual(["replace", "replace", null]);
  expect(moved({})).toEqual([]);
});
