import { execa, type ResultPromise } from "execa";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { python, type Services, startServices } from "../../components/workloads/python/testdata/services.ts";
import { freePort } from "../../sandbox/control-plane/ports.ts";
import { debianProgram } from "../../sandbox/toolchain/debian.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let services: Services;
let server: ResultPromise;
let cli: (...words: string[]) => Promise<string>;
let queue: Record<string, string>;

beforeEach(async () => {
  services = await startServices();
  const port = String(await freePort());
  const redis = await debianProgram("redis-server", "redis-server");
  server = execa(redis, ["--port", port, "--bind", "127.0.0.1", "--save", "", "--requirepass", "a-long-password"], {
    reject: false,
  });
  const client = await debianProgram("redis-cli", "redis-tools");
  cli = async (...words) =>
    (await execa(client, ["-p", port, ...words], { env: { REDISCLI_AUTH: "a-long-password" } })).stdout;
  await vi.waitFor(async () => expect(await cli("ping")).toBe("PONG"), { timeout: 20_000, interval: 100 });
  queue = { QUEUE_HOST: "127.0.0.1", QUEUE_PORT: port, QUEUE_PASSWORD: "a-long-password" };
});
afterEach(async () => {
  server.kill();
  await server;
  await services.close();
});

const settings = {
  model: "embeddings",
  bucket: "documents",
  collection: "documents",
  list: "ingestion",
  pieceCharacters: 60,
  overlapCharacters: 0,
  batch: 2,
  itemSeconds: 60,
  endsWhenEmpty: true,
};
const work = () => python("ingestion/worker.py", services, settings, queue);
const stored = () =>
  [...services.points.values()]
    .map(({ payload }) => payload)
    .sort((one, other) => Number(one["number"]) - Number(other["number"]));

test("a document is cut, embedded and stored once, and its new version replaces the old one", async () => {
  const paragraph = "Forty-four characters stand in this sentence";
  services.objects.set("documents/persons/p1/a.txt", Buffer.from([paragraph, paragraph, paragraph].join("\n\n")));
  const item = JSON.stringify({ key: "persons/p1/a.txt", subject: "p1" });
  await cli("LPUSH", "ingestion", item, item);
  const { exitCode, stdout } = await work();
  expect({ exitCode, lines: stdout.split("\n").length }).toEqual({ exitCode: 0, lines: 2 });
  expect(stored()).toEqual(
    [0, 1, 2].map((number) => ({ subject: "p1", document: "persons/p1/a.txt", number, text: paragraph })),
  );
  services.objects.set("documents/persons/p1/a.txt", Buffer.from("One  short\nline."));
  await cli("LPUSH", "ingestion", item);
  await work();
  expect(stored()).toEqual([{ subject: "p1", document: "persons/p1/a.txt", number: 0, text: "One short line." }]);
});

test("what can not be read is put aside after three tries", async () => {
  services.objects.set("documents/b.pdf", Buffer.from("unreadable"));
  await cli("LPUSH", "ingestion", JSON.stringify({ key: "b.pdf" }));
  const { stderr } = await work();
  expect(stderr.match(/b\.pdf, try \d: HTTP Error 422/g)).toHaveLength(3);
  expect(await cli("LLEN", "ingestion")).toBe("0");
  expect(JSON.parse(await cli("LPOP", "ingestion:failed"))).toEqual({ key: "b.pdf", tries: 3 });
});

test("what a worker had taken when its pod was lost is done by the next one", async () => {
  services.objects.set("documents/c.txt", Buffer.from("A text."));
  await cli("LPUSH", "ingestion:of:lost", JSON.stringify({ key: "c.txt" }));
  await work();
  expect(stored()).toMatchObject([{ document: "c.txt", text: "A text." }]);
  expect(await cli("KEYS", "ingestion:of:*")).toBe("");
});
