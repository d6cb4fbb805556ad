/** The ways in which a tool can be had, in the order in which they are tried. */
export const WAYS = ["path", "cache", "download", "build"] as const;
export type Way = (typeof WAYS)[number];

/** What is going on while a tool is fetched or built. */
export interface ToolProgress {
  tool: string;
  way: Way;
  /** For people, such as `12 of 58 MiB`. */
  message: string;
  /** Part of this way's work that is done, 0 to 1; absent where it is not known. */
  fraction?: number;
}

export type OnProgress = (progress: ToolProgress) => void;

export const describeProgress = ({ tool, way, message, fraction }: ToolProgress): string =>
  `${tool} (${way}): ${message}${fraction === undefined ? "" : ` ${Math.floor(fraction * 100)} %`}`;

/**
 * Passes on what a log that keeps every line should hold: the first word of each way, its end, and one line in between
 * each `intervalMs`.
 *
 * @param now Milliseconds of a clock that only goes forward.
 */
export function sparsely(
  report: OnProgress,
  intervalMs: number,
  now: () => number = () => performance.now(),
): OnProgress {
  let last: { way: Way; at: number } | undefined;
  return (progress) => {
    const running = progress.fraction === undefined || progress.fraction < 1;
    if (running && last?.way === progress.way && now() - last.at < intervalMs) return;
    last = { way: progress.way, at: now() };
    report(progress);
  };
}
