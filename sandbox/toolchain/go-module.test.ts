import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { goModuleFolder, type GoModule } from "./go-module.ts";

const module: GoModule = { path: "example.org/operator", version: "v1.2.3", sum: "h1:right=" };
let folder: string;
let environment: NodeJS.ProcessEnv;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "go-module-"));
  environment = { HOME: folder, PATH: process.env["PATH"] };
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A `go` that has the module at hand, and counts how often it is asked. */
function goWith(sum: string): string {
  const source = join(folder, "source");
  mkdirSync(join(source, "chart", "crds"), { recursive: true });
  writeFileSync(join(source, "chart", "crds", "a.yaml"), "kind: CustomResourceDefinition\n");
  const command = join(folder, "go");
  const answer = JSON.stringify({ Dir: source, Sum: sum });
  writeFileSync(command, `#!/bin/sh\necho "$@" >> "${folder}/calls"\necho '${answer}'\n`);
  chmodSync(command, 0o755);
  return command;
}

test("a module's folder is fetched once", async () => {
  const goCommand = goWith(module.sum);
  const cached = join(folder, ".cache/splitfleet/tools/modules/example.org/operator@v1.2.3/chart/crds");
  expect(await goModuleFolder(module, "chart/crds", { environment, goCommand })).toBe(cached);
  expect(await goModuleFolder(module, "chart/crds", { environment, goCommand })).toBe(cached);
  expect(readFileSync(join(cached, "a.yaml"), "utf8")).toBe("kind: CustomResourceDefinition\n");
  expect(readFileSync(join(folder, "calls"), "utf8")).toBe("mod download -json example.org/operator@v1.2.3\n");
});

test("other content than the pinned one is refused and not kept", async () => {
  const goCommand = goWith("h1:wrong=");
  await expect(goModuleFolder(module, "chart/crds", { environment, goCommand })).rejects.toThrow(
    "the Go module example.org/operator@v1.2.3 has the checksum h1:wrong=; expected h1:right=",
  );
  expect(existsSync(join(folder, ".cache"))).toBe(false);
});

test("a missing Go is named", async () => {
  await expect(goModuleFolder(module, "chart/crds", { environment, goCommand: "no-such-go" })).rejects.toThrow(
    'the Go module example.org/operator@v1.2.3 is needed, but "no-such-go" was not found',
  );
});

test("what Go says about a module that it can not have is passed on", async () => {
  const goCommand = join(folder, "go");
  writeFileSync(goCommand, "#!/bin/sh\necho 'no such host' >&2\nexit 1\n");
  chmodSync(goCommand, 0o755);
  await expect(goModuleFolder(module, "chart/crds", { environment, goCommand })).rejects.toThrow("no such host");
});
