import { expect, test } from "vitest";
import { buildExample } from "./example.ts";
import { weaviate } from "./weaviate.ts";

test("nobody comes in without a key, and the collector of garbage knows the limit", () => {
  const { container } = buildExample(weaviate, { vectors: 1_048_576, dimensions: 512 });
  // 2,048 MiB of vectors, half as much again for the index, and 1 GiB.
  expect(container.memoryMiB).toEqual({ request: 4096 });
  expect(container.env).toMatchObject({
    AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED: "false",
    AUTHENTICATION_APIKEY_ALLOWED_KEYS: { secret: "api-key", key: "key" },
    GOMEMLIMIT: "3481MiB",
  });
});
