import { expect, test } from "vitest";
import { buildExample } from "./example.ts";
import { vllm } from "./vllm.ts";

test("weights are spread over all GPUs, with shared memory for what these tell each other", () => {
  const { container } = buildExample(vllm, { model: "large", gpus: 4 });
  expect(container).toMatchObject({ gpus: 4, sharedMemoryMiB: 8192 });
  expect(container.args).toEqual([
    "--model=large",
    "--served-model-name=large",
    "--port=8000",
    "--tensor-parallel-size=4",
    "--max-model-len=4096",
    "--gpu-memory-utilization=0.9",
    "--disable-log-requests",
  ]);
});

test("it has ten minutes to load, is ready once it lists its model, and logs in with a key", () => {
  const { container, secrets } = buildExample(vllm);
  const { startup, readiness } = container.probes ?? {};
  expect(startup).toEqual({ path: "/health", port: 8000, periodSeconds: 10, failureThreshold: 60, timeoutSeconds: 5 });
  expect(readiness).toMatchObject({ command: ["python3", "-c", expect.stringContaining("/v1/models")] });
  expect(container.env?.["VLLM_API_KEY"]).toEqual({ secret: "api-key", key: "key" });
  expect(secrets).toEqual({ "api-key": { class: "generated", keys: ["key"] } });
});

test("adapters are copied from the object store to where the server looks for them", () => {
  const { container, sidecars, volumes } = buildExample(vllm, { model: "large", adapters: { bucket: "models" } });
  expect(container.args?.slice(-3)).toEqual(["--enable-lora", "--max-loras=4", "--max-lora-rank=16"]);
  expect(container.env).toMatchObject({
    VLLM_PLUGINS: "lora_filesystem_resolver",
    VLLM_LORA_RESOLVER_CACHE_DIR: "/adapters",
  });
  expect(sidecars?.["adapters"]?.env).toMatchObject({
    SOURCE: "s3://models/adapters/",
    AWS_ENDPOINT_URL: "http://seaweedfs.team-example.svc.cluster.local:8333",
  });
  expect(volumes?.["adapters"]).toEqual({ path: "/adapters", sizeGiB: 20, keep: false });
});
