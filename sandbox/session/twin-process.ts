import { spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import type { Layout } from "./layout.ts";

const DAEMON = fileURLToPath(new URL("../twin/daemon.ts", import.meta.url));
const ready = z.object({ socket: z.string() });

/** The running twin. It ends when `stop` is called or when this process ends in any way. */
export interface TwinProcess {
  readonly socket: string;
  stop(): Promise<void>;
}

/** Starts the one daemon that answers for every provider plugin of the session, and waits until it listens. */
export async function startTwin(node: string, layout: Layout, environment: NodeJS.ProcessEnv): Promise<TwinProcess> {
  const daemon = spawn(node, [DAEMON], {
    env: environment,
    stdio: "pipe",
    // Its own process group: Ctrl-C in the terminal must not take the clouds away while the engine winds down.
    detached: true,
  });
  let complaint = "";
  daemon.stderr.setEncoding("utf8").on("data", (chunk: string) => (complaint += chunk));
  daemon.stderr.pipe(createWriteStream(join(layout.events, "twin.log")));
  const exited = once(daemon, "exit");
  const line = await Promise.race([
    once(createInterface({ input: daemon.stdout }), "line").then(([text]) => String(text)),
    exited.then(() => undefined),
  ]);
  if (line === undefined) throw new Error(`the twin did not start:\n${complaint.trim() || "it said nothing"}`);
  return {
    socket: ready.parse(JSON.parse(line)).socket,
    async stop() {
      daemon.stdin.end();
      await exited;
    },
  };
}
