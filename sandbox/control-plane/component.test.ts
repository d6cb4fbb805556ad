import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { isRunning } from "../session/process.ts";
import { Component, ComponentError, type ComponentSpec } from "./component.ts";

let folder: string;
let logFile: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "splitfleet-component-"));
  logFile = join(folder, "component.log");
});
afterEach(() => rm(folder, { recursive: true }));

/** A component that is a shell script, ready when it has written `ready` into its folder. */
const shell = (script: string): ComponentSpec => ({
  name: "gauge",
  executable: "/bin/sh",
  flags: (port) => ["-c", script, "gauge", String(port)],
  ready: () =>
    stat(join(folder, "ready")).then(
      () => true,
      () => false,
    ),
});
const start = (script: string, signal?: AbortSignal) => Component.start(shell(script), { folder, logFile, signal });

test("a component that finds its port taken is started on another one", async () => {
  const script = `echo "$1" >> ports
[ "$(wc -l < ports)" -lt 3 ] && { echo "listen tcp 127.0.0.1:$1: bind: address already in use"; exit 1; }
touch ready; exec sleep 60`;
  const component = await start(script);
  const ports = (await readFile(join(folder, "ports"), "utf8")).trim().split("\n");
  expect(ports).toHaveLength(3);
  expect(component.port).toBe(Number(ports[2]));
  await component.stop(1_000);
});

test("five taken ports are enough", async () => {
  const script = `echo "$1" >> ports; echo "bind: address already in use"; exit 1`;
  await expect(start(script)).rejects.toThrow("gauge ended with exit code 1 before it was ready");
  expect((await readFile(join(folder, "ports"), "utf8")).trim().split("\n")).toHaveLength(5);
});

test("a component that ends early is not started again, and the error has the end of its log", async () => {
  const script = `echo once >> starts; seq 20; echo "no such flag" >&2; exit 3`;
  const error: unknown = await start(script).catch((reason: unknown) => reason);
  const end = [7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, "no such flag"].join("\n");
  expect(error).toBeInstanceOf(ComponentError);
  expect(String(error)).toBe(
    `ComponentError: gauge ended with exit code 3 before it was ready. The end of ${logFile}:\n${end}`,
  );
  expect(await readFile(join(folder, "starts"), "utf8")).toBe("once\n");
});

test("a component that ignores the request to end is killed", async () => {
  const component = await start(`trap "" TERM; touch ready; while :; do sleep 0.05; done`);
  await component.stop(100);
  expect(await component.ended).toBe("was ended by SIGKILL");
  expect(isRunning(component.pid)).toBe(false);
});

test("a component that ends by itself has crashed, one that was stopped has not", async () => {
  const crashing = await start(`touch ready; sleep 0.2; echo "out of memory"; exit 137`);
  const { message } = await crashing.crashed;
  expect(message).toBe(`gauge ended with exit code 137. The end of ${logFile}:\nout of memory`);

  const component = await start("touch ready; exec sleep 60");
  const crashed = component.crashed.then(() => "crashed");
  await component.stop(1_000);
  expect(await Promise.race([crashed, Promise.resolve("stopped")])).toBe("stopped");
});

test("a start that is given up leaves nothing", async () => {
  await expect(start("echo $$ > pid; exec sleep 60", AbortSignal.timeout(300))).rejects.toThrow("timeout");
  expect(isRunning(Number(await readFile(join(folder, "pid"), "utf8")))).toBe(false);
});

test("a component gets nothing of this process's environment but a home folder of its own", async () => {
  const component = await start("env > environment; touch ready; exec sleep 60");
  await component.stop(1_000);
  const variables = (await readFile(join(folder, "environment"), "utf8")).trim().split("\n");
  expect(variables.filter((line) => !/^(PWD|SHLVL|_|OLDPWD)=/.test(line))).toEqual([`HOME=${folder}`]);
});

test("an executable that is not there is named", async () => {
  const spec = { ...shell(""), executable: join(folder, "absent") };
  await expect(Component.start(spec, { folder, logFile })).rejects.toThrow(/^gauge .*absent/s);
});
