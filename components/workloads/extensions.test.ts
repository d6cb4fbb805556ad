import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { loadExtensions } from "./extensions.ts";
import { registry } from "./registry.ts";

const CONTRACT = pathToFileURL(path.join(import.meta.dirname, "contract.ts")).href;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "splitfleet-extensions-"));
});
afterEach(() => rm(folder, { recursive: true }));

const write = (file: string, text: string) => writeFile(path.join(folder, file), text);
const definition = (kind: string) => `defineWorkload({
  kind: ${JSON.stringify(kind)}, summary: "", memory: "", runtimes: ["kubernetes"], ports: {}, spec: {},
  build: () => ({ replicas: 1, container: { image: "", cpu: { request: 1 }, memoryMiB: { request: 1 }, user: 1 } }),
})`;
const file = (...kinds: string[]) =>
  [
    `import { defineWorkload } from "${CONTRACT}";`,
    ...kinds.map((kind, index) => `export const kind${index} = ${definition(kind)};`),
  ].join("\n");

test("a folder that is not there has no extensions", async () => {
  expect(await loadExtensions(path.join(folder, "none"), registry)).toEqual({ kinds: [], problems: [] });
});

test("every file of the folder is a kind; tests, pages and folders below are not", async () => {
  await write("parrot.ts", file("parrot"));
  await write("heron.ts", file("heron"));
  await write("parrot.test.ts", "throw new Error('a test was loaded');");
  await write("README.md", "# Birds\n");
  await mkdir(path.join(folder, "shared"));
  const { kinds, problems } = await loadExtensions(folder, registry);
  expect(problems).toEqual([]);
  expect(kinds.map((kind) => [kind.kind, kind.file])).toEqual([
    ["heron", path.join(folder, "heron.ts")],
    ["parrot", path.join(folder, "parrot.ts")],
  ]);
});

test("a file that can not be used is named with the fix, and the others stand", async () => {
  const at = (name: string) => path.join(folder, name);
  await write("again.ts", file("parrot"));
  await write("broken.ts", "throw new Error('no wings');");
  await write("empty.ts", "export const helper = 1;");
  await write("form.ts", file("Not A Name"));
  await write("other.ts", file("parrot"));
  await write("taken.ts", file("ollama"));
  await write("two.ts", file("one", "two"));
  const { kinds, problems } = await loadExtensions(folder, registry);
  expect(kinds.map((kind) => kind.file)).toEqual([at("again.ts")]);
  expect(problems).toEqual([
    {
      file: at("broken.ts"),
      got: "an error as it was loaded: no wings",
      expected: "a file that loads",
      fix: `\`node ${at("broken.ts")}\` says where`,
    },
    {
      file: at("empty.ts"),
      got: "no definition",
      expected: "one exported definition",
      fix: "export what `defineWorkload` returns; files that define no workload belong into a folder below",
    },
    {
      file: at("form.ts"),
      got: 'the kind "Not A Name"',
      expected: "2 to 32 lower-case letters, digits and hyphens, starting with a letter",
      fix: "choose another `kind`",
    },
    {
      file: at("other.ts"),
      got: `the kind parrot, which ${at("again.ts")} defines`,
      expected: "a kind of its own",
      fix: "choose another `kind`",
    },
    {
      file: at("taken.ts"),
      got: "the kind ollama, which components/workloads/ollama.ts defines",
      expected: "a kind of its own",
      fix: "choose another `kind`",
    },
    {
      file: at("two.ts"),
      got: "definitions of one, two",
      expected: "one exported definition",
      fix: "give each a file of its own",
    },
  ]);
});
