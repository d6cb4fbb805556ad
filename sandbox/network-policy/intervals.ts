/** Whole numbers from `first` to `last`, both included: ports, or IPv4 addresses as numbers. */
export interface Interval {
  readonly first: number;
  readonly last: number;
}

export const EVERY_PORT: Interval = { first: 1, last: 65_535 };
export const EVERY_ADDRESS: Interval = { first: 0, last: 2 ** 32 - 1 };

/** Cuts the whole wherever a range begins or ends, so that each range holds a piece entirely or not at all. */
export function pieces(whole: Interval, ranges: readonly Interval[]): Interval[] {
  const starts = new Set([whole.first, ...ranges.flatMap(({ first, last }) => [first, last + 1])]);
  const inside = [...starts].filter((start) => holds(whole, { first: start, last: start })).sort((a, b) => a - b);
  return inside.map((first, index) => ({ first, last: (inside[index + 1] ?? whole.last + 1) - 1 }));
}

/** Puts intervals in order and joins those that touch. */
export function joined(intervals: readonly Interval[]): Interval[] {
  const result: Interval[] = [];
  for (const { first, last } of intervals.toSorted((a, b) => a.first - b.first)) {
    const before = result.at(-1);
    if (before === undefined || first > before.last + 1) result.push({ first, last });
    else result[result.length - 1] = { first: before.first, last: Math.max(before.last, last) };
  }
  return result;
}

export const holds = (outer: Interval, inner: Interval): boolean =>
  outer.first <= inner.first && inner.last <= outer.last;

/** `100.64.0.0/10` as numbers. The range must be a valid one. */
export function addressesOf(range: string): Interval {
  const [address = "", bits] = range.split("/");
  const size = 2 ** (32 - Number(bits ?? 32));
  const value = address.split(".").reduce((sum, octet) => sum * 256 + Number(octet), 0);
  const first = value - (value % size);
  return { first, last: first + size - 1 };
}

export const addressText = (value: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join(".");

/** `4000`, `1-79`: an interval of ports or, with {@link addressText}, of addresses. */
export const intervalText = ({ first, last }: Interval, text: (value: number) => string = String): string =>
  first === last ? text(first) : `${text(first)}-${text(last)}`;
