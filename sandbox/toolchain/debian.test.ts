import { expect, test } from "vitest";
import { debianProgram } from "./debian.ts";

test("a program on PATH is found there", async () => {
  expect(await debianProgram("sh", "dash", { PATH: "/bin" })).toBe("/bin/sh");
});

test("a program that is missing names its package", async () => {
  await expect(debianProgram("splitfleet-nothing", "nothing-utils", { PATH: "/bin" })).rejects.toThrow(
    "no splitfleet-nothing on this machine; run `apt-get install nothing-utils`",
  );
});
