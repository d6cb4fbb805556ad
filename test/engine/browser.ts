import { type ChildProcess, spawn, type StdioOptions } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Duplex } from "node:stream";
import { z } from "zod";
import { debianProgram } from "../../sandbox/toolchain/debian.ts";

const FLAGS = [
  "--headless=new",
  "--no-sandbox",
  "--disable-gpu",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--remote-debugging-pipe",
  // Nothing but loopback has an address.
  "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
];

/** An answer to a command, or an event, of the DevTools protocol. */
const message = z.object({
  id: z.number().optional(),
  sessionId: z.string().optional(),
  method: z.string().optional(),
  params: z.unknown().optional(),
  result: z.unknown().optional(),
  error: z.object({ message: z.string() }).optional(),
});
type Message = z.infer<typeof message>;
type Send = (method: string, params?: object) => Promise<unknown>;

/** Debian's Chromium without a window, with a profile of its own, spoken to through a pipe. */
export class Browser implements AsyncDisposable {
  readonly #profile: string;
  readonly #process: ChildProcess;
  readonly #pipe: Duplex;
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>();
  readonly #tabs = new Map<string, Tab>();
  #said = "";
  #sent = 0;

  private constructor(program: string) {
    this.#profile = mkdtempSync(path.join(tmpdir(), "splitfleet-browser-"));
    const stdio: StdioOptions = ["ignore", "ignore", "pipe", "pipe", "pipe"];
    this.#process = spawn(program, [...FLAGS, `--user-data-dir=${this.#profile}`], { stdio });
    const [, , , input, output] = this.#process.stdio;
    if (!(input instanceof Duplex && output instanceof Duplex)) throw new Error(`no pipes to ${program}`);
    this.#pipe = input;
    this.#process.stderr?.on("data", (chunk: Buffer) => {
      this.#said = `${this.#said}${chunk.toString()}`.slice(-2000);
    });
    let rest = "";
    output.on("data", (chunk: Buffer) => {
      const parts = `${rest}${chunk.toString()}`.split("\0");
      rest = parts.pop() ?? "";
      for (const part of parts) this.#receive(message.parse(JSON.parse(part)));
    });
    this.#process.once("exit", () => {
      for (const { reject } of this.#waiting.values()) reject(new Error(`chromium has ended: ${this.#said}`));
    });
  }

  static async start(): Promise<Browser> {
    return new Browser(await debianProgram("chromium", "chromium"));
  }

  #receive({ id, sessionId, method, params, result, error }: Message): void {
    if (id === undefined) {
      this.#tabs.get(sessionId ?? "")?.hear(method ?? "", params);
      return;
    }
    const answer = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error === undefined) answer?.resolve(result);
    else answer?.reject(new Error(error.message));
  }

  #send(method: string, params: object, sessionId?: string): Promise<unknown> {
    const id = ++this.#sent;
    const answer = Promise.withResolvers<unknown>();
    this.#waiting.set(id, answer);
    this.#pipe.write(`${JSON.stringify({ id, method, params, ...(sessionId && { sessionId }) })}\0`);
    return answer.promise;
  }

  /** A tab that shows nothing yet. */
  async open(): Promise<Tab> {
    const { targetId } = z
      .object({ targetId: z.string() })
      .parse(await this.#send("Target.createTarget", { url: "about:blank" }));
    const { sessionId } = z
      .object({ sessionId: z.string() })
      .parse(await this.#send("Target.attachToTarget", { targetId, flatten: true }));
    const tab = new Tab((method, params = {}) => this.#send(method, params, sessionId));
    this.#tabs.set(sessionId, tab);
    for (const domain of ["Page", "Runtime", "Log", "Network"]) await tab.send(`${domain}.enable`);
    return tab;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      const ended = once(this.#process, "exit");
      this.#process.kill("SIGTERM");
      await ended;
    }
    // Its helpers write into the profile until they notice.
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  }
}

const heard = {
  "Network.requestWillBeSent": z.object({ request: z.object({ url: z.string() }) }),
  "Runtime.consoleAPICalled": z.object({
    type: z.string(),
    args: z.array(z.looseObject({ value: z.unknown().optional(), description: z.string().optional() })),
  }),
  "Runtime.exceptionThrown": z.object({
    exceptionDetails: z.object({ text: z.string(), exception: z.object({ description: z.string() }).optional() }),
  }),
  "Log.entryAdded": z.object({ entry: z.object({ level: z.string(), text: z.string() }) }),
};

export interface Screen {
  /** In pixels of CSS. */
  readonly width: number;
  readonly colours: "light" | "dark";
}

/** One tab: what it asked for, what went wrong in it, and what it shows. */
export class Tab {
  readonly send: Send;
  /** Addresses of everything that it fetched or tried to. */
  readonly requests: string[] = [];
  /** What the console says of errors and warnings: of scripts, of requests, of the content security policy. */
  readonly errors: string[] = [];
  #loaded = Promise.withResolvers<void>();

  constructor(send: Send) {
    this.send = send;
  }

  hear(method: string, params: unknown): void {
    if (method === "Page.loadEventFired") this.#loaded.resolve();
    if (method === "Network.requestWillBeSent") this.requests.push(heard[method].parse(params).request.url);
    if (method === "Runtime.consoleAPICalled") {
      const { type, args } = heard[method].parse(params);
      const words = args.map(({ value, description }) => description ?? String(value));
      if (type === "error" || type === "warning") this.errors.push(words.join(" "));
    }
    if (method === "Runtime.exceptionThrown") {
      const { text, exception } = heard[method].parse(params).exceptionDetails;
      this.errors.push(exception?.description ?? text);
    }
    if (method === "Log.entryAdded") {
      const { level, text } = heard[method].parse(params).entry;
      if (level === "error" || level === "warning") this.errors.push(text);
    }
  }

  /** Goes to an address and waits until everything of it is there. */
  async goTo(url: string): Promise<void> {
    this.#loaded = Promise.withResolvers<void>();
    await this.send("Page.navigate", { url });
    await this.#loaded.promise;
  }

  async show({ width, colours }: Screen): Promise<void> {
    await this.send("Emulation.setDeviceMetricsOverride", { width, height: 900, deviceScaleFactor: 1, mobile: false });
    await this.send("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: colours }] });
  }

  /**
   * What an expression of JavaScript is worth in the page, after promises.
   *
   * @throws Error with what the page threw
   */
  async evaluate<T>(expression: string, shape: z.ZodType<T>): Promise<T> {
    const answer = await this.send("Runtime.evaluate", { expression, returnByValue: true, awaitPromise: true });
    const { result, exceptionDetails } = z
      .object({
        result: z.object({ value: z.unknown().optional() }),
        exceptionDetails: heard["Runtime.exceptionThrown"].shape.exceptionDetails.optional(),
      })
      .parse(answer);
    if (exceptionDetails !== undefined) {
      throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    }
    return shape.parse(result.value);
  }
}
