import { globSync } from "node:fs";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { loadEnvironment, parseEnvironment } from "./environment-file.ts";
import { formatPath, SpecError } from "./problems.ts";

const SANDBOX = path.join(import.meta.dirname, "Pulumi.sandbox.yaml");
const TRIAL = path.join(import.meta.dirname, "testdata/trial.yaml");
const MALFORMED = path.join(import.meta.dirname, "testdata/malformed");

/** What is thrown at an environment that can not be used. */
async function refused(environment: Promise<unknown>): Promise<SpecError> {
  const outcome: unknown = await environment.catch((reason: unknown) => reason);
  if (!(outcome instanceof SpecError)) throw new Error("accepted, or failed in another way", { cause: outcome });
  return outcome;
}

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "splitfleet-environment-"));
  await cp(path.join(import.meta.dirname, "testdata/trial.lock.yaml"), path.join(folder, "trial.lock.yaml"));
});
afterEach(() => rm(folder, { recursive: true }));

/** A copy of the sound environment with some of its text replaced. */
async function trial(...replacements: readonly [from: string, to: string][]): Promise<string> {
  const file = path.join(folder, "trial.yaml");
  const text = replacements.reduce((all, [from, to]) => all.replace(from, to), await readFile(TRIAL, "utf8"));
  await writeFile(file, text);
  return file;
}

describe("a malformed file is refused with a report of all that is wrong with it", () => {
  const files = globSync("*.yaml", { cwd: MALFORMED }).filter((file) => !file.endsWith(".lock.yaml"));

  test.each(files.sort())("%s", async (file) => {
    const { message } = await refused(loadEnvironment(path.relative(process.cwd(), path.join(MALFORMED, file))));
    await expect(`${message}\n`).toMatchFileSnapshot(path.join(MALFORMED, `${path.basename(file, ".yaml")}.txt`));
  });
});

describe("a sound file", () => {
  test("has its lock beside it and its values as the engine passes them", async () => {
    const environment = await loadEnvironment(SANDBOX);
    expect(environment).toMatchObject({
      name: "sandbox",
      file: SANDBOX,
      lockFile: path.join(import.meta.dirname, "sandbox.lock.yaml"),
      secretKeys: [],
      spec: { environment: { name: "sandbox" }, cluster: { podRange: "10.42.0.0/16" } },
      lock: { environment: "sandbox" },
    });
    expect(environment.config["splitfleet:version"]).toBe("1");
    expect(environment.config["splitfleet:privacy"]).toBe('{"residency":["DE","FI","SE"]}');
  });

  test("takes the lock from stacks/ where none is beside it, and from where it is told", async () => {
    const sandbox = path.join(folder, "copy.yaml");
    await cp(SANDBOX, sandbox);
    expect((await loadEnvironment(sandbox)).lockFile).toBe(path.join(import.meta.dirname, "sandbox.lock.yaml"));
    const lockFile = path.join(folder, "chosen.yaml");
    await cp(path.join(import.meta.dirname, "sandbox.lock.yaml"), lockFile);
    expect((await loadEnvironment(sandbox, { lockFile })).lockFile).toBe(lockFile);
  });

  test("may have been rewritten by the CLI: keys added, numbers at the top turned into text", async () => {
    const file = await trial(
      ["splitfleet:version: 1", 'splitfleet:version: "1"'],
      ["config:", "encryptionsalt: v1:c2FsdA==\nconfig:"],
    );
    expect((await loadEnvironment(file)).spec.version).toBe(1);
  });

  test("passes other packages' configuration on, and never the value of a secret", async () => {
    const file = await trial([
      "config:",
      "config:\n  aws:skipRegionValidation: true\n  hcloud:token:\n    secure: v1:c2VjcmV0",
    ]);
    const { config, secretKeys } = await loadEnvironment(file);
    expect(config["aws:skipRegionValidation"]).toBe("true");
    expect(secretKeys).toEqual(["hcloud:token"]);
    expect(config).not.toHaveProperty(["hcloud:token"]);
  });

  test("may have any name, unless the name is a stack's", async () => {
    const file = await trial();
    const other = path.join(folder, "Pulumi.other.yaml");
    await cp(file, other);
    await expect(loadEnvironment(file)).resolves.toMatchObject({ name: "trial" });
    expect((await refused(loadEnvironment(other))).problems).toMatchObject([
      { path: "environment.name", got: '"trial"', line: 3 },
    ]);
  });
});

describe("what is not a file", () => {
  test("that does not exist", async () => {
    const file = path.join(folder, "missing.yaml");
    expect((await refused(loadEnvironment(file))).problems).toEqual([
      {
        file,
        path: "",
        got: "no such file",
        expected: "an environment file",
        fix: "see stacks/ for the environments there are; `--file` takes one from anywhere",
      },
    ]);
  });

  test("that is a folder", async () => {
    expect((await refused(loadEnvironment(folder))).problems).toEqual([
      { file: folder, path: "", got: "a folder", expected: "an environment file" },
    ]);
  });
});

describe("secrets", () => {
  test("are refused in a section, and their text is in no report", async () => {
    const file = await trial(["{ tailnet: trial.ts.net }", "{ tailnet: { secure: v1:Zm9yYmlkZGVu } }"]);
    const { message, problems } = await refused(loadEnvironment(file));
    expect(problems).toMatchObject([{ path: "mesh.tailnet", got: "a secret" }]);
    expect(message).not.toContain("Zm9yYmlkZGVu");
  });

  test("are refused where a whole section is one", async () => {
    const file = await trial(["{ tailnet: trial.ts.net }", "{ secure: v1:Zm9yYmlkZGVu }"]);
    expect((await refused(loadEnvironment(file))).problems.map((problem) => problem.path)).toEqual(["mesh"]);
  });
});

/** Paths of every mapping in a value, the value itself included. */
function* mappings(value: unknown, path: readonly (string | number)[] = []): Iterable<readonly (string | number)[]> {
  if (typeof value !== "object" || value === null) return;
  if (!Array.isArray(value)) yield path;
  for (const [key, child] of Object.entries(value))
    yield* mappings(child, [...path, Array.isArray(value) ? Number(key) : key]);
}

test("a key that means nothing is reported with its path, wherever it stands", async () => {
  const text = await readFile(SANDBOX, "utf8");
  const places = [...mappings(parse(text))];
  expect(places.length).toBeGreaterThan(30);
  for (const place of places) {
    const document: unknown = parse(text);
    let target = document as Record<string | number, unknown>;
    for (const part of place) target = target[part] as Record<string | number, unknown>;
    target["unheard"] = "of";
    const file = path.join(folder, "sandbox.yaml");
    await writeFile(file, stringify(document));
    const { problems } = await refused(loadEnvironment(file));
    const [, section, ...rest] = place;
    const within = section === undefined ? place : [String(section).replace("splitfleet:", ""), ...rest];
    expect(problems.map((problem) => problem.path).filter((reported) => reported.endsWith("unheard"))).toEqual([
      formatPath([...within, "unheard"]),
    ]);
  }
});

describe("configuration that the engine has read", () => {
  test("is parsed from text, as the engine passes it", async () => {
    const { config, spec } = await loadEnvironment(TRIAL);
    const raw = Object.fromEntries(
      Object.entries(config).map(([key, value]) => [key.replace("splitfleet:", ""), value]),
    );
    await expect(parseEnvironment(raw, { file: TRIAL })).resolves.toMatchObject({ spec });
  });

  test("has problems without positions, named after the file it came from", async () => {
    const { config } = await loadEnvironment(TRIAL);
    const raw = Object.fromEntries(
      Object.entries(config).map(([key, value]) => [key.replace("splitfleet:", ""), value]),
    );
    const { message } = await refused(parseEnvironment({ ...raw, version: "2" }, { file: TRIAL }));
    expect(message).toBe(
      [`${TRIAL}: 1 problem`, "", "  version", "    got           2", "    expected      splitfleet:version: 1"].join(
        "\n",
      ),
    );
  });
});
