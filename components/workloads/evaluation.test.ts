import { createHash } from "node:crypto";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { evaluation } from "./evaluation.ts";
import { buildExample } from "./example.ts";
import { python, type Services, startServices } from "./python/testdata/services.ts";

// Python starts anew for each run, on a machine that may have other work.
vi.setConfig({ testTimeout: 60_000 });

const CASES = Array.from({ length: 20 }, (_, index) => ({
  id: `case-${index}`,
  messages: [{ role: "user", content: `question ${index}` }],
  check: "exact",
  expected: `answer ${index}`,
}));
const LINES = CASES.map((entry) => `${JSON.stringify(entry)}\n`).join("");

const settings = {
  model: "assistant",
  data: { bucket: "datasets", key: "cases.jsonl", sha256: createHash("sha256").update(LINES).digest("hex") },
  cases: 20,
  bucket: "models",
  parallel: 4,
  timeoutSeconds: 5,
  unansweredShare: 0.02,
  promotes: true,
  minimumScore: 0.5,
  minimumGain: 0,
};

let services: Services;
beforeEach(async () => {
  services = await startServices();
  services.objects.set("datasets/cases.jsonl", Buffer.from(LINES));
});
afterEach(() => services.close());

/** A model that answers so many of the cases. */
const knowing = (known: Readonly<Record<string, number>>) => (model: string, question: string) => {
  const number = Number(question.replace("question ", ""));
  return number < (known[model] ?? 0) ? `answer ${number}` : "no idea";
};
const registered = (...names: string[]): void => {
  services.versions.push(...names.map((name) => ({ source: `s3://models/adapters/${name}`, tags: {} })));
};
const evaluate = (more: Partial<typeof settings> = {}) =>
  python("evaluation/evaluate.py", services, { ...settings, ...more });
const decisions = (): unknown[] =>
  [...services.objects]
    .filter(([key]) => key.startsWith("models/promotions/"))
    .map(([, body]) => JSON.parse(`${body}`));

test("a better candidate becomes champion, and who was champion before is kept", async () => {
  registered("old", "new");
  services.aliases.set("champion", "1").set("candidate", "2");
  services.answer = knowing({ old: 15, new: 18 });
  const { exitCode, stdout } = await evaluate();
  expect({ exitCode, stdout }).toEqual({
    exitCode: 0,
    stdout: [
      "champion version 1: 0.7500 of 20 cases",
      "candidate version 2: 0.9000 of 20 cases",
      "version 2 of assistant is the champion",
    ].join("\n"),
  });
  expect(services.aliases).toEqual(new Map([["champion", "2"]]));
  expect(services.versions[0]?.tags).toMatchObject({ "evaluation.score": "0.75", replaced_by: "2" });
  expect(decisions()).toEqual([
    { at: expect.stringMatching(/Z$/), candidate: "2", champion: "1", promoted: true, reason: null },
  ]);
  expect(services.figures).toContainEqual({
    name: "evaluation_score",
    value: 0.9,
    labels: { workload: "trial", team: "research", model: "assistant", alias: "candidate" },
  });
});

test("a worse candidate is refused, with the reason, and the champion stays", async () => {
  registered("old", "new");
  services.aliases.set("champion", "1").set("candidate", "2");
  services.answer = knowing({ old: 15, new: 14 });
  const { stdout } = await evaluate();
  const reason = "version 2 scored 0.7, the champion 0.75; it must gain 0";
  expect(stdout).toContain(`version 2 of assistant refused: ${reason}`);
  expect(services.aliases).toEqual(new Map([["champion", "1"]]));
  expect(services.versions[1]?.tags).toMatchObject({ refused: reason });
  expect(decisions()).toMatchObject([{ promoted: false, reason }]);
});

test("a candidate below the least allowed score is refused where there is no champion yet", async () => {
  registered("first");
  services.aliases.set("candidate", "1");
  services.answer = knowing({ first: 5 });
  const { stdout } = await evaluate();
  expect(stdout).toContain("version 1 scored 0.25, below the least allowed 0.5");
  expect(services.aliases.size).toBe(0);
});

test("without `promotes` it only measures", async () => {
  registered("first");
  services.aliases.set("candidate", "1");
  services.answer = knowing({ first: 20 });
  await evaluate({ promotes: false });
  expect(services.aliases).toEqual(new Map([["candidate", "1"]]));
  expect(
    JSON.parse(
      String(services.objects.get(`models/evaluations/assistant/version-1-${settings.data.sha256.slice(0, 12)}.json`)),
    ),
  ).toMatchObject({ score: 1, cases: 20, unanswered: 0, failed: [] });
});

test("other cases than those that are meant, and too few, are refused", async () => {
  registered("first");
  services.aliases.set("candidate", "1");
  const others = await evaluate({ data: { ...settings.data, sha256: "0".repeat(64) } });
  expect(others.stderr).toContain(`the cases have the checksum ${settings.data.sha256}, expected ${"0".repeat(64)}`);
  const few = await evaluate({ cases: 1000 });
  expect(few.stderr).toContain("20 cases, expected at least 1000: add some, or lower `cases`");
  expect([others.exitCode, few.exitCode]).toEqual([1, 1]);
});

test("it runs on the first of the month with a thousand cases unless told otherwise", () => {
  const { container, ...run } = buildExample(evaluation);
  expect(run).toMatchObject({ form: "scheduled", schedule: "0 4 1 * *", retries: 1 });
  expect(JSON.parse(String(container.env?.["SETTINGS"]))).toMatchObject({ cases: 1000, promotes: true });
  expect(container.env?.["PROXY_KEY"]).toEqual({ workload: "litellm", secret: "client-evaluation", key: "key" });
});
