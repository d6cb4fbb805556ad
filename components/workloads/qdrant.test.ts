import { expect, test } from "vitest";
import { parse } from "yaml";
import { buildExample } from "./example.ts";
import { qdrant } from "./qdrant.ts";

test("memory follows vectors and dimensions, a quarter of it where one byte stands for a dimension", () => {
  // 1,048,576 vectors of 1,024 dimensions of 4 bytes: 4,096 MiB, with the index half as much again.
  const fields = { vectors: 1_048_576, dimensions: 1024 };
  expect(buildExample(qdrant, { ...fields, quantised: false }).container.memoryMiB).toEqual({ request: 256 + 6144 });
  expect(buildExample(qdrant, fields).container.memoryMiB).toEqual({ request: 256 + 1536 });
});

test("originals are on disk and their short forms in memory, and nobody comes in without a key", () => {
  const { files, container } = buildExample(qdrant);
  expect(parse(files?.["/etc/qdrant/config.yaml"] ?? "")).toMatchObject({
    telemetry_disabled: true,
    storage: {
      collection: {
        vectors: { on_disk: true },
        quantization: { scalar: { type: "int8", quantile: 0.99, always_ram: true } },
      },
    },
  });
  expect(container.env).toMatchObject({ QDRANT__SERVICE__API_KEY: { secret: "api-key", key: "key" } });
});
