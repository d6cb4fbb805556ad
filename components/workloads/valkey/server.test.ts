import { expect, test } from "vitest";
import { buildExample } from "../example.ts";
import { registry } from "../registry.ts";
import { valkeyCache } from "../valkey-cache.ts";
import { valkeyQueue } from "../valkey-queue.ts";

const linesOf = (files: Readonly<Record<string, string>> | undefined): string[] =>
  (files?.["/etc/valkey/valkey.conf"] ?? "").split("\n").filter((line) => /^(maxmemory|appendonly)/.test(line));

test("a queue refuses what it has no room for and writes it down; a cache drops and writes nothing", () => {
  expect(linesOf(buildExample(valkeyQueue, { maximumMiB: 64 }).files)).toEqual([
    "maxmemory 64mb",
    "maxmemory-policy noeviction",
    "appendonly yes",
  ]);
  expect(linesOf(buildExample(valkeyCache, { maximumMiB: 64 }).files)).toEqual([
    "maxmemory 64mb",
    "maxmemory-policy allkeys-lru",
    "appendonly no",
  ]);
});

test("no entry chooses how an instance makes room, and no need takes a queue for a cache", () => {
  expect(Object.keys(valkeyQueue.spec)).toEqual(["maximumMiB", "retentionDays"]);
  expect(Object.keys(valkeyCache.spec)).toEqual(["maximumMiB"]);
  const served = registry.flatMap(({ needs }) => Object.values(needs).map(({ kind }) => [kind].flat()));
  expect(served.filter((kinds) => kinds.includes("valkey-queue") && kinds.includes("valkey-cache"))).toEqual([]);
});
