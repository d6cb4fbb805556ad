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
