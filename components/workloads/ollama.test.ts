import { expect, test } from "vitest";
import { buildExample } from "./example.ts";
import { ollama } from "./ollama.ts";

test("each request that Ollama serves at once has a context of its own in memory", () => {
  // Engine 512 MiB, weights 2 GiB, context 4,096 tokens of 112 KiB = 448 MiB.
  expect(buildExample(ollama).container.memoryMiB).toEqual({ request: 512 + 2048 + 448 });
  expect(buildExample(ollama, { models: ["small"], parallel: 3 }).container.memoryMiB).toEqual({
    request: 512 + 2048 + 3 * 448,
  });
});

test("each replica has weights of its own, which are lost with it", () => {
  expect(buildExample(ollama, { models: ["small"], storageGiB: 12 }).volumes).toEqual({
    models: { path: "/models", sizeGiB: 12, keep: false },
  });
});

test("a context of 8-bit blocks takes 34 of 64 bytes", () => {
  const { container } = buildExample(ollama, { models: ["small"], cacheType: "q8_0" });
  expect(container.memoryMiB).toEqual({ request: 512 + 2048 + 448 * (34 / 64) });
  expect(container.env).toMatchObject({ OLLAMA_KV_CACHE_TYPE: "q8_0", OLLAMA_KEEP_ALIVE: "-1" });
});

test("a job fetches each model, has it read its weights instead of mapping them, and loads it", () => {
  expect(buildExample(ollama, { models: ["small"], cpu: 4 }).jobs?.["preload"]?.args).toEqual([
    `ollama pull small
cat > /tmp/Modelfile <<EOF
FROM small
PARAMETER use_mmap false
PARAMETER num_ctx 4096
PARAMETER num_thread 4
EOF
ollama create small -f /tmp/Modelfile
ollama run small ""`,
  ]);
});
