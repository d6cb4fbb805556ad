import { expect, onTestFinished, test } from "vitest";
import { answerTo } from "./ask.ts";
import { type Answer, recordedHosts } from "./testing.ts";

const url = new URL("https://api.example.org/v1/things?page=1");
const PATH = "api.example.org/v1/things?page=1";

async function hosts(answers: readonly Answer[]) {
  const recorded = await recordedHosts({ [PATH]: answers });
  onTestFinished(recorded.close);
  return recorded;
}

test("asks again after a 429 and a 5xx, as long as the host says or longer each time", async () => {
  const { ask, pauses, requests } = await hosts([
    { status: 429, headers: { "retry-after": "7" } },
    { status: 503 },
    { body: "here" },
  ]);
  expect(await (await answerTo(ask, { url })).text()).toBe("here");
  expect(pauses).toEqual([7000, 2000]);
  expect(requests).toEqual([`GET ${PATH}`, `GET ${PATH}`, `GET ${PATH}`]);
});

test("gives up after four attempts, naming host, path and status", async () => {
  const { ask, pauses } = await hosts([{ status: 500 }]);
  await expect(ask({ url })).rejects.toThrow(
    "https://api.example.org/v1/things answered 500. Nothing was written. Try again later, or check the network.",
  );
  expect(pauses).toEqual([1000, 2000, 4000]);
});

test("does not wait for an hour because a host says so", async () => {
  const { ask, pauses } = await hosts([{ status: 429, headers: { "retry-after": "3600" } }]);
  await expect(ask({ url })).rejects.toThrow("https://api.example.org/v1/things answered 429.");
  expect(pauses).toEqual([]);
});

test("a refusal is not asked again, and names the next step without the credential", async () => {
  const { ask, pauses } = await hosts([{ status: 401 }]);
  const request = { url, headers: { authorization: "Bearer very-secret" } };
  await expect(answerTo(ask, request, { 401: "Make another token." })).rejects.toThrow(
    /^https:\/\/api\.example\.org\/v1\/things answered 401\. Nothing was written\. Make another token\.$/,
  );
  expect(pauses).toEqual([]);
});
