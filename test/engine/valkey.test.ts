import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { Workload } from "../../components/workloads/contract.ts";
import { buildExample } from "../../components/workloads/example.ts";
import { valkeyCache } from "../../components/workloads/valkey-cache.ts";
import { valkeyQueue } from "../../components/workloads/valkey-queue.ts";
import { freePort } from "../../sandbox/control-plane/ports.ts";
import { debianProgram } from "../../sandbox/toolchain/debian.ts";

/** The definition's own configuration and scripts, run by Debian's Redis under Valkey's names. */
class Server {
  readonly #root = mkdtempSync(join(tmpdir(), "splitfleet-valkey-"));
  readonly #workload: Workload;
  #process: ChildProcess | undefined;
  #environment: Record<string, string> = {};

  constructor(workload: Workload) {
    this.#workload = workload;
  }

  async start(): Promise<void> {
    for (const program of ["server", "cli"]) {
      if (existsSync(join(this.#root, `valkey-${program}`))) continue;
      const redis = await debianProgram(`redis-${program}`, program === "server" ? "redis-server" : "redis-tools");
      symlinkSync(redis, join(this.#root, `valkey-${program}`));
    }
    const port = String(await freePort());
    this.#environment = {
      PATH: `${this.#root}:/usr/bin:/bin`,
      REDISCLI_AUTH: "a-long-password",
      HOST: "127.0.0.1",
      PORT: port,
    };
    const configuration = (this.#workload.files?.["/etc/valkey/valkey.conf"] ?? "")
      .replace("bind * -::*", "bind 127.0.0.1")
      .replace("port 6379", `port ${port}`)
      .replace("dir /data", `dir ${this.#root}`);
    const script = (this.#workload.container.args?.[0] ?? this.#workload.container.command?.[2] ?? "").replace(
      "$(cat /etc/valkey/valkey.conf)",
      configuration,
    );
    this.#process = spawn("/bin/sh", ["-ec", script], { env: this.#environment, stdio: "ignore" });
    await vi.waitFor(async () => expect(await this.ready()).toBe(true), { timeout: 10_000 });
  }

  async stop(): Promise<void> {
    if (this.#process !== undefined && this.#process.exitCode === null) {
      const ended = once(this.#process, "exit");
      this.#process.kill("SIGTERM");
      await ended;
    }
  }

  remove(): void {
    rmSync(this.#root, { recursive: true });
  }

  /** What the readiness probe says. */
  async ready(): Promise<boolean> {
    const probe = this.#workload.container.probes?.readiness;
    if (probe === undefined || !("command" in probe)) throw new Error("no command probe");
    return (await this.#shell(probe.command.at(-1) ?? "")).exitCode === 0;
  }

  async erase(subject: string): Promise<void> {
    const { erasure } = this.#workload;
    if (erasure === undefined || !("job" in erasure)) throw new Error("no job that erases");
    const result = await this.#shell(erasure.job.command?.at(-1) ?? "", { SUBJECT: subject });
    expect(result.stderr).toBe("");
  }

  /** Answer of the server to a command. */
  async ask(...command: readonly string[]): Promise<string> {
    const cli = join(this.#root, "valkey-cli");
    const { stdout } = await execa(cli, ["-p", this.#environment["PORT"] ?? "", ...command], {
      env: this.#environment,
    });
    return stdout;
  }

  /** Runs a script of the definition; it reaches the server at its own port. */
  #shell(script: string, more: Record<string, string> = {}) {
    const here = script.replaceAll("valkey-cli", 'valkey-cli -p "$PORT"');
    const env = { ...this.#environment, ...more };
    return execa("/bin/sh", ["-ec", here], { env, extendEnv: false, reject: false });
  }
}

describe("a queue", () => {
  const queue = new Server(buildExample(valkeyQueue, { maximumMiB: 16 }));
  beforeAll(() => queue.start());
  afterAll(async () => {
    await queue.stop();
    queue.remove();
  });

  test("asks for the password", async () => {
    expect(await queue.ask("--user", "default", "--pass", "wrong", "PING")).toMatch(/WRONGPASS|NOAUTH/);
    expect(await queue.ask("PING")).toBe("PONG");
  });

  test("refuses new work when it is full, and keeps what it has", async () => {
    await queue.ask("RPUSH", "work", "first");
    await queue.ask("CONFIG", "SET", "maxmemory", "1");
    expect(await queue.ask("RPUSH", "work", "second")).toMatch(/^OOM /);
    await queue.ask("CONFIG", "SET", "maxmemory", "16mb");
    expect(await queue.ask("LRANGE", "work", "0", "-1")).toBe("first");
  });

  test("still has its work after it was restarted", async () => {
    await queue.stop();
    await queue.start();
    expect(await queue.ask("LRANGE", "work", "0", "-1")).toBe("first");
  });

  test("erases all that a person is named in, of every type, and nothing else", async () => {
    const commands = [
      ["RPUSH", "tasks", "for person-7", "for person-8"],
      ["SET", "result", "person-7"],
      ["SET", "session:person-7", "x"],
      ["HSET", "owners", "a", "person-7", "b", "person-8"],
      ["SADD", "seen", "person-7", "person-8"],
      ["ZADD", "due", "1", "person-7", "2", "person-8"],
      ["XADD", "events", "1-1", "who", "person-7"],
      ["XADD", "events", "1-2", "who", "person-8"],
    ];
    for (const command of commands) await queue.ask(...command);
    await queue.erase("person-7");
    expect(await queue.ask("LRANGE", "tasks", "0", "-1")).toBe("for person-8");
    expect(await queue.ask("EXISTS", "result", "session:person-7")).toBe("0");
    expect(await queue.ask("HGETALL", "owners")).toBe("b\nperson-8");
    expect(await queue.ask("SMEMBERS", "seen")).toBe("person-8");
    expect(await queue.ask("ZRANGE", "due", "0", "-1")).toBe("person-8");
    expect(await queue.ask("XRANGE", "events", "-", "+")).toBe("1-2\nwho\nperson-8");
  });
});

describe("a cache", () => {
  const cache = new Server(buildExample(valkeyCache, { maximumMiB: 16 }));
  beforeAll(() => cache.start());
  afterAll(async () => {
    await cache.stop();
    cache.remove();
  });

  test("drops what was asked for least lately, writes nothing to disk, and forgets everything about anybody", async () => {
    expect(await cache.ask("CONFIG", "GET", "maxmemory-policy")).toBe("maxmemory-policy\nallkeys-lru");
    expect(await cache.ask("CONFIG", "GET", "save")).toBe("save\n");
    expect(await cache.ask("CONFIG", "GET", "appendonly")).toBe("appendonly\nno");
    await cache.ask("SET", "answer", "yes");
    await cache.erase("person-7");
    expect(await cache.ask("DBSIZE")).toBe("0");
  });
});
