import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { checkOf, checks, EXEMPTABLE } from "./checks.ts";

const root = path.join(import.meta.dirname, "..");

it("describes everything that pricing and the run of the rules report", () => {
  const files = globSync(["plan/pricing/**/*.ts", "policies/*.ts"], { cwd: root });
  const reported = files
    .filter((file) => !file.endsWith(".test.ts"))
    .flatMap((file) => [...readFileSync(path.join(root, file), "utf8").matchAll(/rule: "([a-z]+\/[a-z-]+)"/g)])
    .map(([, id]) => id ?? "");
  expect(reported).toContain("cost/stale-price");
  expect(reported.filter((id) => !checks.some((check) => check.id === id))).toEqual([]);
});

it("describes nothing twice", () => {
  const ids = checks.map(({ id }) => id);
  expect(ids).toEqual([...new Set(ids)]);
});

it("lets a missing price be exempted, and nothing that the run of the rules says of itself", () => {
  expect(EXEMPTABLE).toContain("cost/unknown-price");
  expect(EXEMPTABLE.filter((id) => id.startsWith("policy/"))).toEqual([]);
});

it("refuses to describe what there is not", () => {
  expect(() => checkOf("cost/nothing")).toThrow("nothing describes cost/nothing");
});
