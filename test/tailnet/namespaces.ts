import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { execa } from "execa";
import { debianProgram } from "../../sandbox/toolchain/debian.ts";

/** `ip netns` names its namespaces by files in /run, which is this namespace's own. */
const HOLD = "mount -t tmpfs none /run && mkdir /run/netns && echo ready && exec cat";

/**
 * Network namespaces of the real kernel, in a user, a mount and a process namespace of their own: nothing outside sees
 * them, no privilege is needed, and when the first process goes, with its parent or before it, everything in them ends.
 */
export class Namespaces implements AsyncDisposable {
  readonly #holder: ChildProcess;
  readonly #nsenter: string;
  readonly #enter: readonly string[];
  /** PATH with the folders of Debian's programs for root. */
  readonly #environment = { ...process.env, PATH: `${process.env["PATH"] ?? ""}:/usr/sbin:/sbin` };

  private constructor(holder: ChildProcess, first: number, nsenter: string) {
    this.#holder = holder;
    this.#nsenter = nsenter;
    const kinds = ["--user", "--preserve-credentials", "--net", "--mount", "--pid"];
    this.#enter = [...kinds, `--target=${first}`, "--"];
  }

  static async open(): Promise<Namespaces> {
    const unshare = await debianProgram("unshare", "util-linux");
    const kinds = ["--user", "--map-root-user", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"];
    const holder = spawn(unshare, [...kinds, "sh", "-c", HOLD], { stdio: ["pipe", "pipe", "inherit"] });
    const [ready] = await Promise.race([once(holder.stdout, "data"), once(holder, "exit")]);
    if (String(ready) !== "ready\n") throw new Error("no namespaces on this machine: unshare ended at once");
    const children = readFileSync(`/proc/${holder.pid}/task/${holder.pid}/children`, "utf8");
    return new Namespaces(holder, Number(children.trim()), await debianProgram("nsenter", "util-linux"));
  }

  /** Runs a program in a namespace by name. @throws Error with its output, unless it ended well. */
  async run(namespace: string, command: readonly [string, ...string[]], input = ""): Promise<string> {
    const { stdout } = await execa(this.#nsenter, [...this.#enter, "ip", "netns", "exec", namespace, ...command], {
      input,
      env: this.#environment,
    });
    return stdout;
  }

  /** Runs lines of `ip --batch`, each in its namespace. Without a namespace: in that of all others' parent. */
  async ip(namespace: string | undefined, lines: readonly string[]): Promise<void> {
    const place = namespace === undefined ? [] : ["-netns", namespace];
    await execa(this.#nsenter, [...this.#enter, "ip", ...place, "-batch", "-"], {
      input: lines.map((line) => `${line}\n`).join(""),
      env: this.#environment,
    });
  }

  /** Starts a program that runs until the namespaces end. */
  start(
    namespace: string,
    command: readonly [string, ...string[]],
    environment: Readonly<Record<string, string>> = {},
  ): void {
    void execa(this.#nsenter, [...this.#enter, "ip", "netns", "exec", namespace, ...command], {
      env: { ...this.#environment, ...environment },
      stdio: "ignore",
      reject: false,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const gone = this.#holder.exitCode === null ? once(this.#holder, "exit") : undefined;
    this.#holder.stdin?.end();
    await gone;
  }
}
