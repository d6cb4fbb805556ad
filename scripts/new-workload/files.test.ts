import { cpSync, mkdtempSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import ts from "typescript";
import { afterAll, beforeAll, expect, test } from "vitest";
import { RefusedError, withKind, writeWorkload } from "./files.ts";

const PROJECT = path.join(import.meta.dirname, "../..");
const NODE_MODULES = path.join(PROJECT, "node_modules");

/** A copy of what definitions stand on, with a kind upstream and one of a fork added by the command. */
let root: string;
let written: string[];

beforeAll(async () => {
  root = mkdtempSync(path.join(tmpdir(), "splitfleet-new-workload-"));
  cpSync(path.join(PROJECT, "components"), path.join(root, "components"), { recursive: true });
  for (const file of ["package.json", "tsconfig.json"]) cpSync(path.join(PROJECT, file), path.join(root, file));
  symlinkSync(NODE_MODULES, path.join(root, "node_modules"));
  written = [
    ...(await writeWorkload({ kind: "object-store", extension: false, root })),
    ...(await writeWorkload({ kind: "parrot", extension: true, root })),
  ];
});
afterAll(() => rmSync(root, { recursive: true }));

/** What the compiler says of some files, below the copy. */
function typeErrors(files: readonly string[]): string[] {
  const { config } = ts.readConfigFile(path.join(root, "tsconfig.json"), (file) => readFileSync(file, "utf8"));
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const names = files.map((file) => path.join(root, file));
  const program = ts.createProgram(names, { ...options, incremental: false, tsBuildInfoFile: undefined });
  return names.flatMap((name) => {
    const source = program.getSourceFile(name);
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(
      ({ messageText }) =>
        `${path.basename(name)}: ${ts.flattenDiagnosticMessageText(messageText, " ").split(/\.(?: |$)/)[0] ?? ""}`,
    );
  });
}

/** A definition with one thing wrong in it. */
const wrong = (fields: string, spec = "sizeGiB: z.number()"): string => `import { z } from "zod";
import { defineWorkload } from "../components/workloads/contract.ts";

export const kind = defineWorkload({
  kind: "wrong",
  summary: "",
  memory: "",
  runtimes: ["kubernetes"],
  ports: {},
  spec: { ${spec} },
  needs: { database: { kind: "postgres", port: "sql" }, cache: { kind: "valkey", port: "api", optional: true } },
  ${fields.includes("build:") ? "" : "build: () => ({ container, replicas: 1 }),"}
  ${fields}
});
const container = { image: "", cpu: { request: 1 }, memoryMiB: { request: 1 }, user: 1 };
`;

test("what the command writes compiles, and what a definition gets wrong does not", () => {
  mkdirSync(path.join(root, "wrong"));
  const cases = {
    "field.ts": wrong("build: (spec) => ({ container, replicas: spec.sizeGb }),"),
    "example.ts": wrong("example: { sizeGib: 1 },"),
    "need.ts": wrong("build: (_, { needs }) => ({ container, replicas: needs.databse.port }),"),
    "optional.ts": wrong("build: (_, { needs }) => ({ container, replicas: needs.cache.port }),"),
    "daemon.ts": wrong('build: () => ({ container, form: "daemon", replicas: 2 }),'),
    "reserved.ts": wrong("", "team: z.string()"),
  };
  for (const [file, text] of Object.entries(cases)) writeFileSync(path.join(root, "wrong", file), text);
  const found = typeErrors([...written, ...Object.keys(cases).map((file) => path.join("wrong", file))]);
  expect(found).toEqual([
    "field.ts: Property 'sizeGb' does not exist on type '{ sizeGiB: number; }'",
    expect.stringMatching(
      /^example\.ts: Object literal may only specify known properties, but 'sizeGib' does not exist/,
    ),
    expect.stringMatching(/^need\.ts: Property 'databse' does not exist on type 'Resolved</),
    "optional.ts: 'needs.cache' is possibly 'undefined'",
    expect.stringMatching(/^daemon\.ts: Type .* is not assignable to type 'Workload'$/),
    "reserved.ts: Type 'ZodString' is not assignable to type 'never'",
  ]);
}, 60_000);

test("the tests that it writes pass", async () => {
  const vitest = path.join(NODE_MODULES, "vitest/vitest.mjs");
  const { stdout } = await execa(process.execPath, [vitest, "run", "--root", root, "object-store", "parrot"], {
    env: { NO_COLOR: "1" },
  });
  expect(stdout).toMatch(/Tests +2 passed \(2\)/);
}, 60_000);

test("upstream the kind gets its line in the registry, elsewhere it needs none", () => {
  expect(written).toEqual([
    "components/workloads/object-store.ts",
    "components/workloads/object-store.test.ts",
    "components/workloads/registry.ts",
    "extensions/workloads/parrot.ts",
    "extensions/workloads/parrot.test.ts",
  ]);
  const registry = `import { loadExtensions, type RegisteredKind } from "./extensions.ts";
import { litellm } from "./litellm.ts";
import { ollama } from "./ollama.ts";

const builtIn = [litellm, ollama].map(`;
  expect(withKind(registry, "object-store"))
    .toBe(`import { loadExtensions, type RegisteredKind } from "./extensions.ts";
import { litellm } from "./litellm.ts";
import { objectStore } from "./object-store.ts";
import { ollama } from "./ollama.ts";

const builtIn = [litellm, objectStore, ollama].map(`);
  expect(withKind(registry, "alloy")).toMatch(/import \{ alloy \} from "\.\/alloy\.ts";\nimport \{ litellm \}/);
});

test.each([
  [
    "Object_Store",
    true,
    '"Object_Store" can not be a kind; expected 2 to 32 lower-case letters, digits and hyphens, ' +
      "starting with a letter and not ending with a hyphen",
  ],
  ["ollama", true, '"ollama" is taken by components/workloads/ollama.ts; choose another name'],
  [
    "registry",
    false,
    '"registry" can not be the name of the file and its constant; choose another, such as registry-service',
  ],
  ["new", true, '"new" can not be the name of the file and its constant; choose another, such as new-service'],
  ["parrot", true, "extensions/workloads/parrot.ts exists; choose another name, or remove it first"],
  ["object-store", false, "components/workloads/object-store.ts exists; choose another name, or remove it first"],
])("the name %s is refused (extension: %s)", async (kind, extension, message) => {
  await expect(writeWorkload({ kind, extension, root })).rejects.toThrow(new RefusedError(message));
});
