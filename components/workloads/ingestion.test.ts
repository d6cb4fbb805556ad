import { expect, test } from "vitest";
import { buildExample } from "./example.ts";
import { ingestion } from "./ingestion.ts";

test("there are as many pods as documents ask for, and none while none waits", () => {
  const workload = buildExample(ingestion, { model: "embeddings", maximum: 3 });
  expect(workload).toMatchObject({
    replicas: { minimum: 0, maximum: 3, by: { kind: "queue", list: "ingestion", perReplica: 20 } },
    container: { lifecycle: { graceSeconds: 900 } },
    sidecars: { converter: { memoryMiB: { request: 3072 } } },
  });
});
