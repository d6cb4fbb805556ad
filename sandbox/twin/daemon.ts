import { once } from "node:events";
import { chmodSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { flushCompileCache } from "node:module";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import readline from "node:readline";
import { packages } from "./packages.ts";
import type { Caller } from "./protocol/rehearsal.ts";
import { serve, type Served } from "./protocol/service.ts";
import { World } from "./world/world.ts";

/*
 * The one process that simulates the clouds of a rehearsal. It serves as long as its standard input is open, so it
 * can not outlive the session that started it. Each connection to its socket is one provider instance: a line with
 * what the launcher wants comes in, a line with the port goes out, and the instance ends with the connection.
 */

/** A path to a Unix socket may have 103 characters on macOS, 107 on Linux. */
const SOCKET_PATH_BYTES = 100;

interface Wish extends Caller {
  readonly package: string;
}

const marker = process.env["SPLITFLEET_REHEARSAL"] ?? "";
if (marker === "") {
  process.stderr.write("SPLITFLEET_REHEARSAL is not set: the twin needs a rehearsal's folder. Use `npm run up`.\n");
  process.exit(2);
}
const world = new World(marker);
const { socket, remove } = socketPath(marker);

const server = net.createServer((connection) => {
  connection.on("error", () => connection.destroy());
  void answer(connection);
});
process.umask(0o077);
server.listen(socket);
await once(server, "listening");
chmodSync(socket, 0o600);

process.on("SIGINT", () => undefined); // Ctrl-C is for the engine; the twin must answer until the session ends.
process.on("SIGTERM", stop);
process.stdin.resume().on("end", stop).on("error", stop);
process.stdout.write(`${JSON.stringify({ socket })}\n`);
flushCompileCache();

async function answer(connection: net.Socket): Promise<void> {
  const reply = (message: Readonly<Record<string, number | string>>): void => {
    if (connection.writable) connection.write(`${JSON.stringify(message)}\n`);
  };
  let served: Served | undefined;
  connection.once("close", () => served?.close());
  for await (const line of readline.createInterface(connection)) {
    const wish = JSON.parse(line) as Wish;
    const wanted = packages.get(wish.package);
    if (wanted === undefined) {
      reply({ error: `the twin serves ${[...packages.keys()].join(", ")}, but not ${wish.package}` });
      return;
    }
    served = await serve(wanted, world, wish);
    if (connection.destroyed) served.close();
    reply({ port: served.port });
  }
}

function stop(): void {
  remove();
  process.exit(0);
}

/** Beside the world where that path is short enough, else in a temporary folder of its own. */
function socketPath(folder: string): { socket: string; remove: () => void } {
  removeStaleSockets(folder);
  const name = `twin-${process.pid}.sock`;
  const beside = path.join(folder, name);
  if (Buffer.byteLength(beside) <= SOCKET_PATH_BYTES) {
    return { socket: beside, remove: () => rmSync(beside, { force: true }) };
  }
  const temporary = mkdtempSync(path.join(os.tmpdir(), "splitfleet-"));
  return { socket: path.join(temporary, name), remove: () => rmSync(temporary, { recursive: true, force: true }) };
}

/** Sockets of daemons that were killed. */
function removeStaleSockets(folder: string): void {
  for (const name of readdirSync(folder)) {
    const [, pid] = /^twin-(\d+)\.sock$/.exec(name) ?? [];
    if (pid !== undefined && !isAlive(Number(pid))) rmSync(path.join(folder, name), { force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
