import { spawn, type ChildProcessByStdio } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Readable } from "node:stream";

const ROOT = path.join(import.meta.dirname, "../..");

export interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The sandbox's own files under another name in a folder of their own, so that nobody's sandbox is disturbed. */
export class Trial implements Disposable {
  readonly root = ROOT;
  readonly folder = mkdtempSync(path.join(tmpdir(), "splitfleet-trial-"));
  readonly name: string;
  readonly file: string;
  /** The folder of the rehearsal. */
  readonly marker: string;

  /** @param name Unique among the tests; the process id is added. */
  constructor(name: string) {
    this.name = `${name}${process.pid}`;
    this.file = path.join(this.folder, `Pulumi.${this.name}.yaml`);
    this.marker = path.join(ROOT, ".sandbox", this.name);
    this.write();
    writeFileSync(path.join(this.folder, `${this.name}.lock.yaml`), this.#renamed("sandbox.lock.yaml"));
  }

  /** Writes the environment file as the sandbox's with texts replaced; each must be there. */
  write(replacements: Readonly<Record<string, string>> = {}): void {
    let text = this.#renamed("Pulumi.sandbox.yaml");
    for (const [before, after] of Object.entries(replacements)) {
      if (!text.includes(before)) throw new Error(`the sandbox's file does not hold ${before}`);
      text = text.replace(before, after);
    }
    writeFileSync(this.file, text);
  }

  /** Starts a verb's script on the trial's file. */
  start(verb: string, ...args: readonly string[]): ChildProcessByStdio<null, Readable, Readable> {
    const script = path.join(ROOT, "scripts", `${verb}.ts`);
    return spawn(process.execPath, [script, ...args], { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] });
  }

  /** Runs a verb's script to its end. */
  async run(verb: string, ...args: readonly string[]): Promise<Ended> {
    const child = this.start(verb, ...args);
    const exited = new Promise((resolve) => child.once("exit", resolve));
    const [stdout, stderr] = await Promise.all(
      [child.stdout, child.stderr].map((stream) => stream.setEncoding("utf8").toArray()),
    );
    await exited;
    return { exitCode: child.exitCode, stdout: (stdout ?? []).join(""), stderr: (stderr ?? []).join("") };
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
    rmSync(this.marker, { recursive: true, force: true });
  }

  #renamed(file: string): string {
    return readFileSync(path.join(ROOT, "stacks", file), "utf8").replace(
      /^( *(?:name|environment)): sandbox$/m,
      `$1: ${this.name}`,
    );
  }
}
