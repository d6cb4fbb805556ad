import { expect, test } from "vitest";
import { parse } from "yaml";
import { buildExample } from "./example.ts";
import { loki } from "./loki.ts";

const configurationOf = (fields: Parameters<typeof loki.build>[0]): Record<string, unknown> =>
  parse(buildExample(loki, fields).files?.["/etc/loki/loki.yml"] ?? "");

test("caches have the size of the entry, and memory follows", () => {
  expect(configurationOf({ chunksCacheMiB: 100, resultsCacheMiB: 0 })).toMatchObject({
    chunk_store_config: { chunk_cache_config: { embedded_cache: { enabled: true, max_size_mb: 100 } } },
    query_range: { cache_results: false, results_cache: { cache: { embedded_cache: { enabled: false } } } },
  });
  expect(buildExample(loki, { chunksCacheMiB: 100, resultsCacheMiB: 0 }).container.memoryMiB).toEqual({
    request: 356,
    limit: 712,
  });
});

test("lines are deleted after the days of the entry", () => {
  expect(configurationOf({ retentionDays: 3 })).toMatchObject({
    compactor: { retention_enabled: true, delete_request_store: "filesystem" },
    limits_config: { retention_period: "72h", deletion_mode: "filter-and-delete" },
  });
});

test("the lines about one person are deleted by Loki's own order", () => {
  const { erasure } = buildExample(loki, {});
  const [line = ""] = erasure !== undefined && "job" in erasure ? (erasure.job.args ?? []) : [];
  const query = /query=([^"]+)"/.exec(line)?.[1] ?? "";
  expect(decodeURIComponent(query)).toBe('{service_name=~".+"} |= "$SUBJECT"');
  expect(line.split("query=")[0]).toBe(`wget -q -O - --post-data '' "http://loki:3100/loki/api/v1/delete?start=0&`);
});
