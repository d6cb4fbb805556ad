const MILLISECONDS_A_DAY = 86_400_000;

/** Whole days from one date to another, such as from `2026-11-20` to `2026-11-21`. */
export const daysBetween = (from: string, to: string): number =>
  Math.floor((Date.parse(to) - Date.parse(from)) / MILLISECONDS_A_DAY);
