import { expect, test } from "vitest";
import { buildExample } from "./example.ts";
import { tei } from "./tei.ts";

test("as many threads as cores embed, and no more processor is taken", () => {
  const { container } = buildExample(tei, { model: "embeddings", cpu: 4 });
  expect(container.cpu).toEqual({ request: 4, limit: 4 });
  expect(container.env).toMatchObject({ OMP_NUM_THREADS: "4", MKL_NUM_THREADS: "4", RAYON_NUM_THREADS: "4" });
});

test("weights are in memory twice while they are converted", () => {
  // 512 MiB for the server, 2 GiB of weights.
  expect(buildExample(tei).container.memoryMiB).toEqual({ request: 512 + 2 * 2048 });
});
