import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import readline from "node:readline";
import { fileURLToPath } from "node:url";

/** How long a daemon may take until it serves; it took 0.3 s on two cores. */
const START_TIMEOUT_MS = 20_000;

export interface StartOptions {
  /** Folder of the rehearsal; holds `rehearsal.json`. */
  readonly marker: string;
  /** Node executable. @default the one that runs this */
  readonly node?: string;
  /** Ends the daemon. */
  readonly signal?: AbortSignal;
}

export interface Twin {
  readonly socket: string;
  /** What an engine needs in its environment beside PATH and its backend. */
  readonly env: { readonly SPLITFLEET_REHEARSAL: string; readonly SPLITFLEET_TWIN_SOCKET: string };
  readonly pid: number;
  /** Resolves when the daemon and every provider it served have ended. */
  stop(): Promise<void>;
}

/**
 * Starts the daemon of a rehearsal. It ends when this process does, however that happens.
 *
 * @throws Error with what the daemon wrote when it does not come up.
 */
export async function startTwin({ marker, node = process.execPath, signal }: StartOptions): Promise<Twin> {
  const rehearsal = path.resolve(marker);
  const daemon = spawn(node, [fileURLToPath(new URL("daemon.ts", import.meta.url))], {
    env: { ...process.env, SPLITFLEET_REHEARSAL: rehearsal },
    stdio: ["pipe", "pipe", "pipe"],
  });
  const ended = new Promise<void>((resolve) => daemon.once("close", () => resolve()));
  const stop = async (): Promise<void> => {
    daemon.stdin.destroy();
    await ended;
  };
  signal?.addEventListener("abort", () => void stop(), { once: true });

  let complaint = "";
  daemon.stderr.setEncoding("utf8").on("data", (chunk: string) => (complaint = (complaint + chunk).slice(-4000)));
  const timeout = AbortSignal.timeout(START_TIMEOUT_MS);
  const ready = once(readline.createInterface(daemon.stdout), "line", { signal: timeout });
  try {
    const line = await Promise.race([ready, ended]);
    if (!Array.isArray(line) || daemon.pid === undefined) throw new Error("it ended at once");
    const { socket } = JSON.parse(String(line[0])) as { socket: string };
    const env = { SPLITFLEET_REHEARSAL: rehearsal, SPLITFLEET_TWIN_SOCKET: socket };
    return { socket, env, pid: daemon.pid, stop };
  } catch (error) {
    ready.catch(() => undefined);
    await stop();
    throw new Error(`The simulated clouds did not start: ${String(error)}\n${complaint}`, { cause: error });
  }
}
