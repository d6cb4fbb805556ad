import { expect, test } from "vitest";
import { cut, wrap } from "./text.ts";

test("a text that is too long is cut to the width", () => {
  expect(cut("twelve chars", 12)).toBe("twelve chars");
  expect(cut("twelve chars", 8)).toBe("twelve …");
});

test("lines break at spaces and never are wider than told", () => {
  expect(wrap("no node has the memory for it", 12, 5)).toEqual(["no node has", "the memory", "for it"]);
  expect(wrap("averylongwordindeed fits", 8, 5)).toEqual(["averylo…", "fits"]);
});

test("what does not fit on the last line is marked as left out", () => {
  expect(wrap("no node has the memory for it", 12, 2)).toEqual(["no node has", "the memory …"]);
  expect(wrap("no node has the memories for it", 12, 2)).toEqual(["no node has", "the memorie…"]);
});
