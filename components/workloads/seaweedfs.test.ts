import { expect, test } from "vitest";
import { buildExample, exampleConsumer } from "./example.ts";
import { seaweedfs } from "./seaweedfs.ts";

test("each consumer reads and writes the buckets with keys of its own, which stand in no file and no argument", () => {
  const consumers = [exampleConsumer(seaweedfs, "web-app", "s3")];
  const { container, files, secrets } = buildExample(seaweedfs, { buckets: { artifacts: {} } }, { consumers });
  expect(files).toBeUndefined();
  const { identities } = JSON.parse(/\{[^]*\}/.exec(container.args?.[0] ?? "")?.[0] ?? "");
  expect(identities).toEqual([
    {
      name: "root",
      credentials: [{ accessKey: "$ROOT_ACCESS_KEY_ID", secretKey: "$ROOT_SECRET_ACCESS_KEY" }],
      actions: ["Admin"],
    },
    {
      name: "web-app",
      credentials: [{ accessKey: "$CLIENT_WEB_APP_ACCESS_KEY_ID", secretKey: "$CLIENT_WEB_APP_SECRET_ACCESS_KEY" }],
      actions: ["artifacts", "backups"].flatMap((bucket) =>
        ["Read", "Write", "List", "Tagging"].map((verb) => `${verb}:${bucket}`),
      ),
    },
  ]);
  expect(container.env?.["CLIENT_WEB_APP_SECRET_ACCESS_KEY"]).toEqual({
    secret: "client-web-app",
    key: "secret-access-key",
  });
  expect(Object.keys(secrets ?? {})).toEqual(["root", "client-web-app"]);
});

test("buckets without an age of their own have that of the store", () => {
  const script = buildExample(seaweedfs, { buckets: { artifacts: {} }, retentionDays: 30 }).jobs?.["buckets"]
    ?.args?.[0];
  expect(script).toContain('"Expiration":{"Days":30}');
});
