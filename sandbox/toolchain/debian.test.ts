import { expect, test } from "vitest";
import { debianProgram } from "./debian.ts";

test("a program on PATH is taken from there", async () => {
  expect(await debianProgram("sh", "dash", { PATH: "/bin" })).toBe("/bin/sh");
});

test("a program that is nowhere names the package that brings it", async () => {
  await expect(debianProgram("no-such-server", "no-such-package", { PATH: "/bin" })).rejects.toThrow(
    "no program no-such-server on PATH or below /usr/lib/postgresql; run `apt install no-such-package`",
  );
});
