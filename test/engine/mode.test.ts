import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { up } from "../../operations/up.ts";
import { openSession, type Session } from "../../sandbox/session/session.ts";
import { ProjectCopy } from "../../sandbox/session/project-copy.ts";
import { resolveTool } from "../../sandbox/toolchain/resolve.ts";
import { type Environment, loadEnvironment } from "../../stacks/environment-file.ts";
import { inMode } from "../../stacks/mode.ts";
import type { Mode } from "../../stacks/spec/identity.ts";
import { SANDBOX_FILE } from "../harness.ts";

let copy: ProjectCopy;
beforeAll(() => {
  copy = new ProjectCopy(process.cwd());
});
afterAll(() => copy[Symbol.dispose]());

type Resources = NonNullable<ReturnType<Session["state"]>["resources"]>;

/** What is there after a run of the engine in a mode. */
async function stateIn(environment: Environment, mode: Mode): Promise<Resources> {
  const pulumi = await resolveTool("pulumi");
  const options = { root: copy.root, environment: inMode(environment, mode), pulumi, node: process.execPath };
  await using session: Session = await openSession(options);
  const { exitCode, output } = await up(session);
  expect(exitCode, output).toBe(0);
  return session.state().resources ?? [];
}

/** Ids by URN after a run of the engine in a mode. */
const idsIn = async (environment: Environment, mode: Mode): Promise<ReadonlyMap<string, string>> =>
  new Map((await stateIn(environment, mode)).flatMap(({ urn, id }) => (id === undefined ? [] : [[urn, id]])));

it("sleeps without the servers that keep nothing, wakes with new ones, and keeps all else as it was", async () => {
  const environment = await loadEnvironment(SANDBOX_FILE);
  const before = await idsIn(environment, "awake");
  const asleep = await idsIn(environment, "asleep");
  const gone = [...before.keys()].filter((urn) => !asleep.has(urn));
  const servers = gone.filter((urn) => urn.includes("hcloud:index/server:Server"));
  expect(servers.map((urn) => urn.split("::").at(-1)).toSorted()).toEqual(["inference-1-server", "inference-2-server"]);
  expect(gone.filter((urn) => !/::inference-[12]-[a-z-]+$/.test(urn))).toEqual([]);
  expect([...asleep].filter(([urn, id]) => before.get(urn) !== id)).toEqual([]);

  const awake = await idsIn(environment, "awake");
  expect([...awake.keys()].toSorted()).toEqual([...before.keys()].toSorted());
  expect(
    [...awake]
      .filter(([urn, id]) => before.get(urn) !== id)
      .map(([urn]) => urn)
      .toSorted(),
  ).toEqual(gone.toSorted());
});

const ROOT = path.join(import.meta.dirname, "..", "..");
const read = (file: string) => parse(readFileSync(path.join(ROOT, "stacks", file), "utf8"));

/** The sandbox under another name, with a team that has a share of the burst nodes and an application that scales. */
async function scalingSandbox(folder: string): Promise<Environment> {
  const { config } = read("Pulumi.sandbox.yaml");
  const lock = read("sandbox.lock.yaml");
  const { valkey, "redis-exporter": exporter } = read("factory.lock.yaml").images;
  const place = { team: "assistants", pool: "inference", dataClass: "personal" };
  const image = `registry.example.org/team/web-app@sha256:${"0".repeat(64)}`;
  config["splitfleet:environment"].name = "scaling";
  config["splitfleet:teams"].assistants = {
    owner: "assistants@example.org",
    quota: { cpu: 16, memoryGiB: 40, storageGiB: 100, gpus: 8, pods: 40 },
    shares: { burst: 1 },
  };
  Object.assign(config["splitfleet:workloads"], {
    app: { kind: "web-app", ...place, image, model: "small", hostnames: { http: "app.example.org" } },
    cache: { kind: "valkey-cache", ...place },
    jobs: { kind: "valkey-queue", ...place },
  });
  Object.assign(lock, { environment: "scaling", images: { ...lock.images, valkey, "redis-exporter": exporter } });
  const file = path.join(folder, "Pulumi.scaling.yaml");
  writeFileSync(file, stringify({ config }));
  writeFileSync(path.join(folder, "scaling.lock.yaml"), stringify(lock));
  return loadEnvironment(file);
}

it("holds and drains every queue and stands at the floors while braked, lets go after, and changes nothing else", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "splitfleet-brake-"));
  try {
    const environment = await scalingSandbox(folder);
    const before = await stateIn(environment, "awake");
    const braked = await stateIn(environment, "braked");
    const released = await stateIn(environment, "awake");

    const changed = before.filter(({ urn, inputs }) => shown(inputs) !== shown(inputsOf(braked, urn)));
    const specs = changed.map(({ urn }) => [urn.split("::").at(-1), inputsOf(braked, urn)?.["spec"]]);
    expect(Object.fromEntries(specs)).toEqual({
      "app-deployment": expect.objectContaining({ replicas: 2 }),
      "app-scaling": undefined,
      "queues-assistants-cluster-queue": expect.objectContaining({ stopPolicy: "HoldAndDrain" }),
      "queues-platform-cluster-queue": expect.objectContaining({ stopPolicy: "HoldAndDrain" }),
    });
    expect(summary(released)).toEqual(summary(before));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

const inputsOf = (resources: Resources, urn: string): Resources[number]["inputs"] =>
  resources.find((resource) => resource.urn === urn)?.inputs;

/** Inputs as text; what is secret is encrypted anew by each run. */
const shown = (inputs: Resources[number]["inputs"]): string =>
  JSON.stringify(inputs, (key, value: unknown) => (key === "ciphertext" ? "" : value)) ?? "";

/** Inputs and ids by URN; the autoscaler, which the brake takes away, comes back with another id. */
const summary = (resources: Resources): object =>
  Object.fromEntries(
    resources.map(({ urn, id, inputs }) => [urn, [shown(inputs), urn.endsWith("::app-scaling") ? "" : id]]),
  );
