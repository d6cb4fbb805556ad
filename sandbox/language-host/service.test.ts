import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import grpc from "@grpc/grpc-js";
import { LanguageRuntimeClient } from "@pulumi/pulumi/proto/language_grpc_pb.js";
import languagepb from "@pulumi/pulumi/proto/language_pb.js";
import { afterEach, beforeEach, expect, it } from "vitest";
import { isRunning } from "../session/process.ts";

let folder: string;
let host: ChildProcessWithoutNullStreams;
let client: LanguageRuntimeClient;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "splitfleet-language-"));
  const dependencies = { "@pulumi/pulumi": "^3.0.0", absent: "^1.0.0" };
  writeFileSync(join(folder, "package.json"), JSON.stringify({ dependencies }));
  host = spawn(process.execPath, [join(import.meta.dirname, "main.ts"), "127.0.0.1:4711"]);
  const [port] = await once(createInterface(host.stdout), "line");
  client = new LanguageRuntimeClient(`127.0.0.1:${String(port)}`, grpc.credentials.createInsecure());
});
afterEach(async () => {
  client.close();
  if (host.exitCode === null && host.signalCode === null) {
    host.stdin.end();
    await once(host, "exit");
  }
  rmSync(folder, { recursive: true });
});

/** Stands for an SDK's entry point in the program's own node_modules. */
function entryPoint(name: string, script: string): void {
  const module = join(folder, "node_modules/@pulumi/pulumi");
  mkdirSync(join(module, "cmd", name), { recursive: true });
  writeFileSync(join(module, "package.json"), JSON.stringify({ name: "@pulumi/pulumi", version: "3.270.0" }));
  writeFileSync(join(module, "cmd", name, "index.js"), script);
}

const info = (): languagepb.ProgramInfo =>
  new languagepb.ProgramInfo().setRootDirectory(folder).setProgramDirectory(folder).setEntryPoint("main.mjs");

function run(change: (request: languagepb.RunRequest) => void = () => undefined): Promise<languagepb.RunResponse> {
  const request = new languagepb.RunRequest().setInfo(info()).setMonitorAddress("127.0.0.1:1");
  request.setProject("splitfleet").setStack("sandbox");
  change(request);
  return new Promise((resolve, reject) => {
    client.run(request, (error, response) => (error === null ? resolve(response) : reject(error)));
  });
}

it("starts the SDK's runner with the engine's addresses, and its configuration in the environment only", async () => {
  entryPoint(
    "run",
    `require("fs").writeFileSync("seen.json", JSON.stringify({
    args: process.argv.slice(2),
    config: process.env.PULUMI_CONFIG,
    secrets: process.env.PULUMI_CONFIG_SECRET_KEYS,
  }));`,
  );
  const response = await run((request) => {
    request.setDryrun(true).setParallel(16).setConfigsecretkeysList(["splitfleet:token"]);
    request.getConfigMap().set("splitfleet:token", "hush");
  });
  expect(response.toObject()).toEqual({ error: "", bail: false });
  expect(JSON.parse(readFileSync(join(folder, "seen.json"), "utf8"))).toEqual({
    args: [
      "--monitor",
      "127.0.0.1:1",
      "--engine",
      "127.0.0.1:4711",
      "--project",
      "splitfleet",
      "--root-directory",
      folder,
      "--stack",
      "sandbox",
      "--pwd",
      folder,
      "--parallel",
      "16",
      "--dry-run",
      "main.mjs",
    ],
    config: '{"splitfleet:token":"hush"}',
    secrets: '["splitfleet:token"]',
  });
});

it.each([
  { code: 0, answer: { error: "", bail: false } },
  { code: 32, answer: { error: "", bail: true } },
  { code: 3, answer: { error: "Program exited with non-zero exit code: 3", bail: false } },
])("answers exit code $code with $answer", async ({ code, answer }) => {
  entryPoint("run", `process.exitCode = ${code};`);
  expect((await run()).toObject()).toEqual(answer);
});

it("names what is missing where the program's packages are not installed", async () => {
  await expect(run()).rejects.toThrow("Cannot find module '@pulumi/pulumi/cmd/run'");
});

it("runs a policy pack with the engine's arguments and passes its output on, but no other kind of plugin", async () => {
  const script = `console.log(...process.argv.slice(2), process.env.FROM_ENGINE); process.exitCode = 5;`;
  entryPoint("run-policy-pack", script);
  const request = new languagepb.RunPluginRequest().setInfo(info()).setKind("analyzer");
  request.setArgsList(["127.0.0.1:9"]).setEnvList(["FROM_ENGINE=a=b"]);
  const messages = (await client.runPlugin(request).toArray()) as languagepb.RunPluginResponse[];
  const stdout = messages.map((message) => Buffer.from(message.getStdout_asU8()).toString()).join("");
  expect(stdout).toBe(`127.0.0.1:9 ${folder} a=b\n`);
  expect(messages.at(-1)?.getExitcode()).toBe(5);
  const refused = client.runPlugin(request.setKind("converter")).toArray();
  await expect(refused).rejects.toThrow('cannot run a plugin of kind "converter"');
});

it("tells the packages that are installed from those that only package.json names", async () => {
  entryPoint("run", "");
  const request = new languagepb.GetProgramDependenciesRequest().setInfo(info());
  const response = await new Promise<languagepb.GetProgramDependenciesResponse>((resolve, reject) =>
    client.getProgramDependencies(request, (error, answer) => (error === null ? resolve(answer) : reject(error))),
  );
  expect(response.toObject().dependenciesList).toEqual([
    { name: "@pulumi/pulumi", version: "3.270.0" },
    { name: "absent", version: "^1.0.0 (not installed)" },
  ]);
});

it.each([
  { how: "its standard input ends", end: () => host.stdin.end() },
  { how: "it is killed", end: () => host.kill("SIGKILL") },
])("takes the program with it when $how", async ({ end }) => {
  entryPoint("run", `require("fs").writeFileSync("pid", String(process.pid)); setInterval(() => {}, 1000);`);
  const file = join(folder, "pid");
  const answered = run().catch(() => undefined);
  while (!existsSync(file) || readFileSync(file, "utf8") === "") await sleep(10);
  const pid = Number(readFileSync(file, "utf8"));
  expect(isRunning(pid)).toBe(true);
  end();
  await once(host, "exit");
  await answered;
  for (let waited = 0; isRunning(pid) && waited < 5_000; waited += 20) await sleep(20);
  expect(isRunning(pid)).toBe(false);
});
