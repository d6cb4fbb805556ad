import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { registry } from "../components/workloads/registry.ts";

const root = path.join(import.meta.dirname, "..");
/** Files that are committed or about to be: what git knows and does not ignore. */
const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
  cwd: root,
  encoding: "utf8",
})
  .split("\n")
  .filter((file) => file !== "");
const sources = files.filter((file) => file.endsWith(".ts"));
const read = (file: string): string => readFileSync(path.join(root, file), "utf8");

/**
 * What each folder may import from the others. Entry points (`scripts`, the policy pack) and tests may import anything
 * below them; nothing imports an entry point.
 */
const LAYERS: Record<string, readonly string[]> = {
  components: [],
  extensions: ["components"],
  "extensions/drills": ["operations"],
  policies: [],
  stacks: ["components"],
  "policies/pack": ["policies", "stacks", "plan"],
  plan: ["policies", "stacks"],
  sandbox: ["components", "stacks", "policies"],
  operations: ["sandbox", "plan", "policies", "stacks"],
  scripts: ["operations", "sandbox", "plan", "policies", "stacks", "components"],
};

const layerOf = (file: string): string | undefined =>
  Object.keys(LAYERS)
    .filter((layer) => file.startsWith(`${layer}/`))
    .sort((a, b) => b.length - a.length)[0];

const importsOf = (file: string): string[] =>
  [...read(file).matchAll(/(?:from|import\()\s*"(\.[^"]+)"/g)].map(([, target]) =>
    path.join(path.dirname(file), target ?? ""),
  );

test("imports point one way through the layers", () => {
  const wrong = sources
    .filter((file) => !file.endsWith(".test.ts") && !file.startsWith("test/"))
    .flatMap((file) => {
      const from = layerOf(file);
      if (from === undefined) return [];
      return importsOf(file)
        .map((target) => ({ target, to: layerOf(target) }))
        .filter(({ to }) => to !== undefined && to !== from && !(LAYERS[from] ?? []).includes(to))
        .map(({ target }) => `${file} imports ${target}`);
    });
  expect(wrong).toEqual([]);
});

test("policies and prices see rows, never components", () => {
  const wrong = sources
    .filter((file) => (file.startsWith("policies/") || file.startsWith("plan/pricing/")) && !file.endsWith(".test.ts"))
    .flatMap((file) =>
      importsOf(file)
        .filter((target) => target.startsWith("components/"))
        .map((target) => `${file} imports ${target}`),
    );
  expect(wrong).toEqual([]);
});

test("nothing silences the compiler or a test", () => {
  const banned =
    /\bas any\b|: any\b|<any>|@ts-ignore|@ts-expect-error|@ts-nocheck|\.(only|skip|todo)\(|\bTODO\b|\bFIXME\b/;
  const wrong = sources.filter(
    (file) => file !== "test/conventions.test.ts" && !file.endsWith(".d.ts") && banned.test(read(file)),
  );
  expect(wrong).toEqual([]);
});

test("a source file is one idea: at most 300 lines", () => {
  expect(sources.filter((file) => !file.endsWith(".test.ts") && read(file).split("\n").length > 300)).toEqual([]);
});

test("a definition reads at a glance: built-in ones average under 80 lines, and none has more than 130", () => {
  const lines = sources
    .filter((file) => /^components\/workloads\/[^/]+\.ts$/.test(file) && !file.endsWith(".test.ts"))
    .filter((file) => /^export const \w+ = defineWorkload\(/m.test(read(file)))
    .map((file) => ({ file, lines: read(file).split("\n").length - 1 }));
  expect(lines.length).toBe(registry.filter(({ file }) => file.startsWith("components/")).length);
  expect(lines.filter((definition) => definition.lines > 130)).toEqual([]);
  expect(lines.reduce((sum, definition) => sum + definition.lines, 0) / lines.length).toBeLessThan(80);
});

describe("what is committed", () => {
  test("names no download address in the lock file", () => {
    expect(read("package-lock.json")).not.toMatch(/"resolved": "http/);
  });

  test("names no package registry and no path of one machine", () => {
    const registries = ["registry.npmjs", "proxy.golang", "pypi.org", "deb.debian", "crates.io", "repo.maven"];
    const texts = files.filter(
      (file) => !/\.(png|ico)$/.test(file) && file !== "test/conventions.test.ts" && !file.endsWith("go.sum"),
    );
    const wrong = texts.filter((file) => {
      const text = read(file);
      return registries.some((registry) => text.includes(registry)) || /(^|["'\s(])\/(root|work)\//m.test(text);
    });
    expect(wrong).toEqual([]);
  });
});
