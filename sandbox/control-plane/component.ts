import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { diesWithParent } from "../session/process.ts";
import { freePort } from "./ports.ts";

export interface ComponentSpec {
  /** As people know it, such as `kube-apiserver`. */
  readonly name: string;
  readonly executable: string;
  /** Command line flags, given the free loopback port that the component shall listen on. */
  readonly flags: (port: number) => readonly string[];
  /** Whether it does its work now; asked again and again. */
  readonly ready: (port: number) => Promise<boolean>;
}

export interface Surroundings {
  /** Working directory, and the home folder that the component sees. */
  readonly folder: string;
  readonly logFile: string;
  /** The port to listen on. @default a free one */
  readonly port?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** How often a component is asked whether it is ready. */
const POLL_MS = 50;
/** Far above what was seen on two busy cores. */
const READY_TIMEOUT_MS = 60_000;
/** How many ports are tried when other processes are faster. */
const PORT_ATTEMPTS = 5;
/** How much of a log is repeated in an error. */
const LAST_LINES = 15;

/** A component ended, or did not become ready. The message has the end of its log. */
export class ComponentError extends Error {
  override readonly name = "ComponentError";
  /** Whether another process was faster to listen on its port. */
  readonly portTaken: boolean;

  constructor(component: string, what: string, logFile: string) {
    const log = readFileSync(logFile, "utf8").trimEnd();
    const lines = log.split("\n").slice(-LAST_LINES);
    super(`${component} ${what}. The end of ${logFile}:\n${lines.join("\n")}`);
    this.portTaken = log.includes("address already in use");
  }
}

/** One running process of the control plane; the kernel kills it when this process dies, however that happens. */
export class Component {
  readonly name: string;
  readonly port: number;
  readonly pid: number;
  /** Resolves when the process has ended, with how. */
  readonly ended: Promise<string>;
  readonly #child: ChildProcess;
  readonly #logFile: string;
  #stopping = false;

  private constructor({ name }: ComponentSpec, port: number, child: ChildProcess, pid: number, logFile: string) {
    this.name = name;
    this.port = port;
    this.pid = pid;
    this.#child = child;
    this.#logFile = logFile;
    this.ended = once(child, "exit").then(([code, signal]) =>
      signal === null ? `ended with exit code ${String(code)}` : `was ended by ${String(signal)}`,
    );
  }

  /**
   * Starts a component and waits until it is ready. Where another process took its port, it is started on another one.
   *
   * @throws ComponentError when it ends or is not ready in time; nothing of it runs then.
   */
  static async start(spec: ComponentSpec, surroundings: Surroundings): Promise<Component> {
    for (let attempt = 1; ; attempt++) {
      const component = await Component.#spawn(spec, surroundings);
      try {
        await component.#untilReady(spec, surroundings.signal);
        return component;
      } catch (error) {
        await component.stop(0);
        const again = error instanceof ComponentError && error.portTaken && attempt < PORT_ATTEMPTS;
        if (!again) throw error;
      }
    }
  }

  /** The error of a component that ended by itself; stays open while it runs and when it was stopped. */
  get crashed(): Promise<ComponentError> {
    return new Promise((resolve) => {
      void this.ended.then((how) => {
        if (!this.#stopping) resolve(new ComponentError(this.name, how, this.#logFile));
      });
    });
  }

  /** Asks the process to end and kills it after `graceMs`. Resolves when it has ended. */
  async stop(graceMs: number): Promise<void> {
    this.#stopping = true;
    if (graceMs > 0) {
      this.#child.kill("SIGTERM");
      const timer = new AbortController();
      await Promise.race([this.ended, sleep(graceMs, undefined, { signal: timer.signal }).catch(() => undefined)]);
      timer.abort();
    }
    this.#child.kill("SIGKILL");
    await this.ended;
  }

  static async #spawn(spec: ComponentSpec, surroundings: Surroundings): Promise<Component> {
    const { folder, logFile } = surroundings;
    const port = surroundings.port ?? (await freePort());
    const [file, ...args] = diesWithParent([spec.executable, ...spec.flags(port)], "KILL");
    const log = openSync(logFile, "w", 0o600);
    const child = spawn(file, args, {
      cwd: folder,
      env: { HOME: folder },
      stdio: ["ignore", log, log],
      // Ctrl-C at a terminal is for the command alone: it needs the API server until it has finished.
      detached: true,
    });
    closeSync(log);
    const { pid } = child;
    if (pid === undefined) {
      const [error] = await once(child, "error");
      throw new Error(`${spec.name} could not be started: ${String(error)}`);
    }
    return new Component(spec, port, child, pid, logFile);
  }

  async #untilReady({ ready }: ComponentSpec, signal: AbortSignal | undefined): Promise<void> {
    const deadline = Date.now() + READY_TIMEOUT_MS;
    const ended = this.ended.then((how) => {
      throw new ComponentError(this.name, `${how} before it was ready`, this.#logFile);
    });
    // It also ends long after it was ready, when nobody asks any more.
    ended.catch(() => undefined);
    for (;;) {
      signal?.throwIfAborted();
      if (await Promise.race([ready(this.port), ended])) return;
      if (Date.now() > deadline) {
        throw new ComponentError(this.name, `was not ready within ${READY_TIMEOUT_MS / 1000} s`, this.#logFile);
      }
      await Promise.race([sleep(POLL_MS), ended]);
    }
  }
}
