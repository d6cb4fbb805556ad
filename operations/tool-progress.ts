import { describeProgress, sparsely, type OnProgress } from "../sandbox/toolchain/progress.ts";

/** How often a log that keeps every line hears of a build or a download. */
const LOG_INTERVAL_MS = 15_000;

/** Shows every step where the output is a terminal that redraws it, and now and then where it is a log. */
export const forTerminal = (report: OnProgress): OnProgress =>
  process.stderr.isTTY ? report : sparsely(report, LOG_INTERVAL_MS);

/** Says on standard error how far a tool is: in place on a terminal, line by line in a log. */
export const reportTool: OnProgress = forTerminal((progress) => {
  const line = describeProgress(progress);
  process.stderr.write(process.stderr.isTTY ? `\r\u001B[2K${line}${progress.fraction === 1 ? "\n" : ""}` : `${line}\n`);
});

/** Shows at most one line in each interval; the first one only after it. */
export function every(milliseconds: number, show: (line: string) => void): (line: string) => void {
  let last = performance.now();
  return (line) => {
    if (performance.now() - last < milliseconds) return;
    last = performance.now();
    show(line);
  };
}
