import type { ToolProgress } from "../../sandbox/toolchain/progress.ts";

/** Seconds between two lines where the output is not a terminal. */
const INTERVAL_MS = 15_000;
let last = 0;

/** Says on standard error how far a download or a build is: in place on a terminal, now and then in a log. */
export function reportTool({ tool, way, message, fraction }: ToolProgress): void {
  const share = fraction === undefined ? "" : ` ${Math.floor(fraction * 100)} %`;
  const line = `${tool} (${way}): ${message}${share}`;
  if (process.stderr.isTTY) {
    process.stderr.write(`\r\u001B[2K${line}${fraction === 1 ? "\n" : ""}`);
    return;
  }
  const now = performance.now();
  if (fraction !== undefined && fraction < 1 && now - last < INTERVAL_MS) return;
  last = now;
  process.stderr.write(`${line}\n`);
}
