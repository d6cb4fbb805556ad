import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { Ledger } from "./ledger.ts";

const folder = mkdtempSync(path.join(tmpdir(), "splitfleet-ledger-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("a ledger recognises who was erased since a day, and names nobody", () => {
  const ledger = new Ledger(folder, "production");
  const days = { "ann@example.org": "2026-11-01", "bob@example.org": "2026-11-20", "eve@example.org": "2026-11-21" };
  for (const [subject, day] of Object.entries(days)) {
    ledger.add({ day, subjectHash: ledger.hash(subject), complete: true });
  }
  const again = new Ledger(folder, "production");
  expect(again.missing("2026-11-20", ["bob@example.org"])).toEqual([
    { day: "2026-11-21", subjectHash: again.hash("eve@example.org"), complete: true },
  ]);
  expect(again.missing("2026-11-20", ["eve@example.org", "bob@example.org"])).toEqual([]);
  expect(readdirSync(folder)).toEqual(["production.jsonl"]);
  expect(readFileSync(path.join(folder, "production.jsonl"), "utf8")).not.toContain("@");
});

test("the same person has another hash in another environment", () => {
  expect(new Ledger(folder, "a").hash("ann")).not.toBe(new Ledger(folder, "b").hash("ann"));
});
