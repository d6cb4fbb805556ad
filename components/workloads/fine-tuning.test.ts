import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { buildExample } from "./example.ts";
import { fineTuning } from "./fine-tuning.ts";
import { checkpointIntervalSeconds, checkpointOverhead } from "./fine-tuning/checkpoint-interval.ts";
import { python, type Services, startServices } from "./python/testdata/services.ts";

// Python starts anew for each run, on a machine that may have other work.
vi.setConfig({ testTimeout: 60_000 });

let services: Services;
beforeEach(async () => {
  services = await startServices();
  services.objects.set("datasets/numbers.jsonl", Buffer.from("{}\n"));
});
afterEach(() => services.close());

const settings = {
  model: "assistant",
  base: "numbers",
  bucket: "models",
  prefix: "adapters/",
  data: { bucket: "datasets", key: "numbers.jsonl" },
  training: { steps: 12 },
  checkpointSeconds: 0,
  stepSeconds: 0,
};
const STUB = "python/testdata/tune_numbers.py";
const adapters = (): (readonly [string, string])[] =>
  [...services.objects].filter(([key]) => key.startsWith("models/adapters/")).map(([key, body]) => [key, `${body}`]);

test.each([
  { saveSeconds: 5, betweenHours: 1.5, minutes: 3.9, overhead: 0.043 },
  { saveSeconds: 30, betweenHours: 6, minutes: 19, overhead: 0.053 },
  { saveSeconds: 120, betweenHours: 2, minutes: 21.9, overhead: 0.183 },
])("a checkpoint of $saveSeconds s on nodes that last $betweenHours h is made every $minutes min", (expected) => {
  const risk = { saveSeconds: expected.saveSeconds, interruptionsPerHour: 1 / expected.betweenHours };
  expect(Math.round(checkpointIntervalSeconds(risk) / 6) / 10).toBe(expected.minutes);
  expect(Math.round(checkpointOverhead(risk) * 1000) / 1000).toBe(expected.overhead);
});

test("nodes that are gone before a checkpoint is written are refused", () => {
  expect(() => checkpointIntervalSeconds({ saveSeconds: 120, interruptionsPerHour: 20 })).toThrow(
    "a checkpoint takes 120 seconds and nodes last 180: training would never get on",
  );
});

test("the job asks for its GPUs, has the time of the notice to stop, and knows its interval", () => {
  const { container, ...job } = buildExample(fineTuning, {
    base: "meta-llama/Llama-3.1-8B-Instruct",
    model: "assistant",
    data: { key: "train.jsonl" },
    gpus: 2,
    interruptionsPerHour: 0.5,
  });
  expect(job).toMatchObject({ form: "batch", deadlineSeconds: 43_200, retries: 20, priority: "batch" });
  expect(container).toMatchObject({ gpus: 2, lifecycle: { graceSeconds: 110 } });
  expect(JSON.parse(String(container.env?.["SETTINGS"]))).toMatchObject({
    checkpointSeconds: 465,
    data: { bucket: "datasets", key: "train.jsonl" },
    training: { method: "lora", rank: 16, batchSize: 16 },
  });
});

test("a run that is told to stop goes on from its checkpoint, and learns what it would have learned at once", async () => {
  const whole = await python(STUB, services, settings);
  expect({ exitCode: whole.exitCode, all: whole.all }).toMatchObject({ exitCode: 0 });
  const [expected] = adapters();
  services.objects.clear();
  services.objects.set("datasets/numbers.jsonl", Buffer.from("{}\n"));

  const slow = { ...settings, stepSeconds: 0.1, checkpointSeconds: 3600 };
  const stopped = python(STUB, services, slow);
  for await (const line of stopped.iterable()) if (line.startsWith("step 4 ")) stopped.kill("SIGTERM");
  const { exitCode, stdout } = await stopped;
  expect(exitCode).toBe(75);
  const saved = Number(/told to stop: saved after step (\d+)/.exec(stdout)?.[1]);
  expect(saved).toBeGreaterThanOrEqual(4);
  expect(adapters()).toEqual([]);

  const resumed = await python(STUB, services, settings);
  expect(resumed.exitCode).toBe(0);
  expect(resumed.stdout).toContain(`going on after step ${saved}`);
  expect(adapters()).toEqual([expected]);
});

test("a damaged checkpoint is passed over for the one before", async () => {
  const slow = { ...settings, stepSeconds: 0.05 };
  const stopped = python(STUB, services, slow);
  for await (const line of stopped.iterable()) if (line.startsWith("step 5 ")) stopped.kill("SIGTERM");
  await stopped;
  const states = [...services.objects.keys()].filter((key) => key.includes("/step-")).sort();
  expect(states).toHaveLength(2);
  services.objects.set(states[1] ?? "", Buffer.from("half"));
  const resumed = await python(STUB, services, settings);
  expect(resumed.stdout).toContain(`going on after step ${Number(states[0]?.slice(-8))}\n`);
  expect(resumed.stderr).toContain("is damaged, taking the one before");
});

test("the adapter is registered once, as candidate, however often the job runs", async () => {
  await python(STUB, services, settings);
  const again = await python(STUB, services, settings);
  expect(again.stdout).toMatch(/^nothing to learn: run [0-9a-f]{12} has been registered as version 1$/);
  const [adapter] = adapters();
  const folder = adapter?.[0].replace("/adapter_model.safetensors", "");
  expect(services.versions).toMatchObject([{ source: `s3://${folder}`, tags: { base: "numbers", workload: "trial" } }]);
  expect(services.aliases).toEqual(new Map([["candidate", "1"]]));
});

test("another data set than the one that is meant is refused", async () => {
  const data = { ...settings.data, sha256: "0".repeat(64) };
  const { exitCode, stderr } = await python(STUB, services, { ...settings, data });
  expect(exitCode).toBe(1);
  expect(stderr).toContain(
    "the data set at s3://datasets/numbers.jsonl has the checksum ca3d163bab055381827226140568f3bef7eaac187cebd76878e0b63e9e442356",
  );
});
