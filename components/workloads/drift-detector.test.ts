import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { driftDetector } from "./drift-detector.ts";
import { buildExample } from "./example.ts";
import { python, type Services, startServices } from "./python/testdata/services.ts";

// Python starts anew for each run, on a machine that may have other work.
vi.setConfig({ testTimeout: 60_000 });

const settings = {
  signals: { "prompt-length": "prompts" },
  threshold: 0.2,
  leastRequests: 100,
  bucket: "models",
  tuning: "fine-tuning",
  namespace: "team-research",
  cooldownSeconds: 604_800,
};
/** Counts up to each bound: most prompts are short, or most are long. */
const SHORT = { "100": 800, "1000": 950, "+Inf": 1000 };
const LONG = { "100": 100, "1000": 400, "+Inf": 1000 };
const REFERENCE = "models/drift/trial/reference.json";

let services: Services;
beforeEach(async () => {
  services = await startServices();
  services.histogram = () => SHORT;
});
afterEach(() => services.close());

const detect = () => python("drift-detector/detect.py", services, settings);

test("the first run keeps a reference, and requests like it start nothing", async () => {
  expect((await detect()).stdout).toBe("no reference yet: what is asked now is the first one");
  expect((await detect()).stdout).toBe("prompt-length: 0.0000");
  expect(services.jobs.size).toBe(0);
});

test("requests that differ start one tuning run, however often that is noticed", async () => {
  await detect();
  const reference = services.objects.get(REFERENCE) ?? Buffer.alloc(0);
  services.histogram = () => LONG;
  const runs = [await detect()];
  // As if the first run had been stopped before it could keep the new reference.
  services.objects.set(REFERENCE, reference);
  runs.push(await detect());
  expect(runs.map(({ exitCode, stdout }) => ({ exitCode, stdout }))).toEqual([
    { exitCode: 0, stdout: "prompt-length: 2.9263\nprompt-length over 0.2: tuning started" },
    { exitCode: 0, stdout: "prompt-length: 2.9263\nprompt-length over 0.2: tuning is under way" },
  ]);
  expect([...services.jobs]).toEqual([
    [
      "fine-tuning-drift",
      {
        apiVersion: "batch/v1",
        kind: "Job",
        metadata: { name: "fine-tuning-drift", labels: { "kueue.x-k8s.io/queue-name": "runs" } },
        spec: {
          activeDeadlineSeconds: 43_200,
          backoffLimit: 20,
          podFailurePolicy: { rules: [] },
          ttlSecondsAfterFinished: 604_800,
          suspend: true,
          template: { metadata: { labels: { app: "fine-tuning" } }, spec: { containers: [] } },
        },
      },
    ],
  ]);
});

test("once tuned for, the new requests are the reference", async () => {
  await detect();
  services.histogram = () => LONG;
  await detect();
  services.jobs.clear();
  expect((await detect()).stdout).toBe("prompt-length: 0.0000");
  expect(services.jobs.size).toBe(0);
});

test("detectors that notice at the same time start one run", async () => {
  await detect();
  services.histogram = () => LONG;
  const outputs = await Promise.all([detect(), detect(), detect()]);
  expect(outputs.filter(({ stdout }) => stdout.includes("tuning started"))).toHaveLength(1);
  expect(services.jobs.size).toBe(1);
});

test("with few requests nothing is said", async () => {
  services.histogram = () => ({ "100": 8, "+Inf": 10 });
  await detect();
  services.histogram = () => ({ "100": 1, "+Inf": 10 });
  expect(await detect()).toMatchObject({ exitCode: 0, stdout: "" });
});

test("it may read and create jobs of its own namespace, and nothing else", () => {
  const { namespaceAccess, container } = buildExample(driftDetector);
  expect(namespaceAccess).toEqual([{ apiGroups: ["batch"], resources: ["jobs"], verbs: ["get", "create"] }]);
  expect(JSON.parse(String(container.env?.["SETTINGS"]))).toMatchObject({
    tuning: "fine-tuning",
    namespace: "team-example",
    cooldownSeconds: 604_800,
  });
});
