import { expect, test } from "vitest";
import { pod } from "./testdata/views.ts";
import { Training } from "./training.ts";

const PLAN = { workSeconds: 600, checkpointSeconds: 240 };

test("work that nobody interrupts takes as long as it takes, and is finished once", () => {
  const training = new Training(PLAN);
  const first = pod();
  expect([0, 300, 599, 600, 601].map((now) => training.observe([first], now)?.uid)).toEqual([
    undefined,
    undefined,
    undefined,
    "1",
    undefined,
  ]);
  expect([training.runs, training.lostSeconds]).toEqual([1, 0]);
});

test("a pod that goes takes along what was done since the last checkpoint", () => {
  const training = new Training(PLAN);
  training.observe([pod()], 0);
  training.observe([pod()], 290);
  expect([training.progress(290), training.saved(290)]).toEqual([290, 240]);
  training.observe([pod({ terminating: true })], 300);
  expect([training.lostSeconds, training.saved(300)]).toEqual([60, 240]);

  const second = pod({ uid: "2" });
  training.observe([pod({ uid: "2", phase: "Pending", ready: false })], 500);
  training.observe([second], 600);
  expect(training.observe([second], 959)).toBeUndefined();
  expect(training.observe([second], 960)?.uid).toBe("2");
  expect(training.runs).toBe(2);
});

test("a second interruption before the next checkpoint loses no saved work", () => {
  const training = new Training(PLAN);
  training.observe([pod()], 0);
  training.observe([], 250);
  training.observe([pod({ uid: "2" })], 300);
  training.observe([], 400);
  expect([training.saved(400), training.lostSeconds]).toEqual([240, 110]);
});
