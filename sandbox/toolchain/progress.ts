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
