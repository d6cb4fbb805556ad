import { expect, test } from "vitest";
import { parse } from "yaml";
import { buildExample } from "./example.ts";
import { jaeger } from "./jaeger.ts";

test("spans stand on a volume, and each goes after the days of the entry", () => {
  const { files, volumes } = buildExample(jaeger, { retentionDays: 3, storageGiB: 20 });
  expect(parse(files?.["/etc/jaeger/jaeger.yml"] ?? "")).toMatchObject({
    extensions: {
      jaeger_storage: {
        backends: {
          spans: {
            badger: {
              directories: { keys: "/badger/keys", values: "/badger/values" },
              ephemeral: false,
              ttl: { spans: "72h" },
            },
          },
        },
      },
    },
    exporters: { jaeger_storage_exporter: { trace_storage: "spans" } },
  });
  expect(volumes).toEqual({ spans: { path: "/badger", sizeGiB: 20, keep: false, retentionDays: 3 } });
});

test("it says that it can not erase one person, and when everything is gone", () => {
  expect(buildExample(jaeger, { retentionDays: 3 }).erasure).toEqual({
    impossible: "Its store deletes by age only: spans go after 3 days, prompts never reach it.",
  });
});
