import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { packagedNode } from "./bootstrap/node.mjs";

const project = join(import.meta.dirname, "..");
const FILES = ["scripts/bootstrap.mjs", "scripts/bootstrap", "stacks/node-version.mjs", "sandbox/toolchain/lock.mjs"];

/** Stands in for npm: writes down that it ran, takes a moment, and does what `fake-npm.json` says. */
const FAKE_NPM = `
const { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } = require("node:fs");
appendFileSync("npm-runs.log", process.argv.slice(2).join(" ") + "\\n");
rmSync("node_modules", { recursive: true, force: true });
setTimeout(() => {
  if (existsSync("npm-is-broken")) {
    console.error("npm error code E404");
    process.exit(1);
  }
  mkdirSync("node_modules", { recursive: true });
  writeFileSync("node_modules/.package-lock.json", JSON.stringify({ packages: {} }));
  console.log("added 0 packages");
}, 150);
`;

let root: string;
let environment: NodeJS.ProcessEnv;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "splitfleet-bootstrap-"));
  for (const file of FILES) await cp(join(project, file), join(root, file), { recursive: true });
  await writeFile(join(root, "package-lock.json"), JSON.stringify({ lockfileVersion: 3, packages: { "": {} } }));
  await writeFile(join(root, "npm-cli.js"), FAKE_NPM);
  await verb("echo", "console.log(JSON.stringify({ args: process.argv.slice(2), script: process.argv[1] }));");
  await verb("plan", "process.exitCode = 7;");
  environment = { PATH: "/usr/bin:/bin", XDG_CACHE_HOME: join(root, "cache"), npm_execpath: join(root, "npm-cli.js") };
});
afterEach(() => rm(root, { recursive: true, maxRetries: 5 }));

const verb = (name: string, body: string) => writeFile(join(root, "scripts", `${name}.ts`), body);
const npmRuns = async () => (await readFile(join(root, "npm-runs.log"), "utf8")).trimEnd().split("\n").length;

function start(...args: string[]): ChildProcess {
  return spawn(process.execPath, [join(root, "scripts/bootstrap.mjs"), ...args], { cwd: tmpdir(), env: environment });
}

function run(...args: string[]): { code: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, "scripts/bootstrap.mjs"), ...args], {
    cwd: tmpdir(),
    env: environment,
    encoding: "utf8",
  });
  return { code: status, stdout, stderr };
}

test("the first run installs the packages, the second only runs the verb", async () => {
  const expected = `${JSON.stringify({ args: ["a", "--json"], script: join(root, "scripts/echo.ts") })}\n`;
  const first = run("echo", "a", "--json");
  expect({ ...first, stderr: first.stderr.replace(/[\d.]+ s/, "N s") }).toEqual({
    code: 0,
    stdout: expected,
    stderr: "splitfleet: installing the packages (npm ci, once, up to a minute) ... done in N s\n",
  });
  expect(run("echo", "a", "--json")).toEqual({ code: 0, stdout: expected, stderr: "" });
  expect(await readFile(join(root, "npm-runs.log"), "utf8")).toBe(
    "ci --loglevel=error --no-audit --no-fund --ignore-scripts --include=optional\n",
  );
});

test("a changed lock file installs again", async () => {
  run("echo");
  const packages = { "": {}, "node_modules/new": { integrity: "sha512-x" } };
  await writeFile(join(root, "package-lock.json"), JSON.stringify({ lockfileVersion: 3, packages }));
  run("echo");
  expect(await npmRuns()).toBe(2);
});

test("packages that npm installed by hand are taken as they are", async () => {
  await mkdir(join(root, "node_modules"));
  await writeFile(join(root, "node_modules/.package-lock.json"), JSON.stringify({ packages: {} }));
  expect(run("echo")).toMatchObject({ code: 0, stderr: "" });
  await expect(npmRuns()).rejects.toThrow("ENOENT");
});

test("two runs at once install once", async () => {
  const children = [start("echo"), start("echo"), start("echo")];
  const codes = await Promise.all(children.map((child) => once(child, "exit").then(([code]) => Number(code))));
  expect(codes).toEqual([0, 0, 0]);
  expect(await npmRuns()).toBe(1);
});

test("a failed installation shows npm's output and the next step, and the next run tries again", async () => {
  await writeFile(join(root, "npm-is-broken"), "");
  expect(run("echo")).toEqual({
    code: 2,
    stdout: "",
    stderr:
      "splitfleet: installing the packages (npm ci, once, up to a minute) ... failed\n" +
      `splitfleet: \`npm ci\` failed in ${root}. It said:\n\nnpm error code E404\n\n` +
      "Check that the package registry can be reached (`npm ping`) and that package.json and package-lock.json " +
      "belong together (`git status`), then run the command again.\n",
  });
  await rm(join(root, "npm-is-broken"));
  expect(run("echo").code).toBe(0);
});

test("an unknown verb is answered before anything is installed", async () => {
  expect(run("pln")).toEqual({
    code: 2,
    stdout: "",
    stderr: 'splitfleet: There is no verb "pln". Did you mean `npm run plan`? The verbs are: echo, plan.\n',
  });
  expect(run()).toMatchObject({ code: 2, stderr: "splitfleet: No verb was given. The verbs are: echo, plan.\n" });
  await expect(stat(join(root, "node_modules"))).rejects.toThrow("ENOENT");
});

test("the verb's exit code is the command's", () => {
  expect(run("plan").code).toBe(7);
});

test("children find the right Node first on PATH and the compile cache in the user's cache", async () => {
  await verb("which", "console.log(process.env['PATH'], process.env['NODE_COMPILE_CACHE']);");
  const { stdout } = run("which");
  expect(stdout).toBe(`${join(process.execPath, "..")}:/usr/bin:/bin ${root}/cache/splitfleet/compile-cache\n`);
});

test("an old Node hands over to the packaged one: arguments, exit code and signal pass through", async () => {
  // The hand-over is what an old Node does; here the current one is told that it is old.
  await writeFile(
    join(root, "stacks/node-version.mjs"),
    "export const MINIMUM_NODE = '99.0'; export const runsTypeScript = () => false;",
  );
  const node = packagedNode(root, `${process.platform}-${process.arch}`);
  if (node === undefined) throw new Error("no package brings a Node for this platform: nothing to hand over to");
  run("echo");
  await mkdir(dirname(node), { recursive: true });
  await writeFile(node, `#!/bin/sh\nexec "${process.execPath}" "$@"\n`, { mode: 0o755 });

  expect(JSON.parse(run("echo", "a b").stdout)).toEqual({ args: ["a b"], script: join(root, "scripts/echo.ts") });
  expect(run("plan").code).toBe(7);

  await verb("wait", "process.stdout.write('ready'); setInterval(() => undefined, 1000);");
  const child = start("wait");
  if (child.stdout === null) throw new Error("no standard output");
  await once(child.stdout, "data");
  child.kill("SIGTERM");
  expect((await once(child, "exit"))[1]).toBe("SIGTERM");
});
