/** IPv4 addresses from `first` to `last`, as numbers. */
export interface Block {
  readonly first: number;
  readonly last: number;
}

/** The block of addresses that a range such as 10.10.0.0/16 is part of: host bits are ignored. */
export function block(range: string): Block {
  const [address = "", bits = "32"] = range.split("/");
  const size = 2 ** (32 - Number(bits));
  const value = address.split(".").reduce((sum, octet) => sum * 256 + Number(octet), 0);
  const first = Math.floor(value / size) * size;
  return { first, last: first + size - 1 };
}

export const overlap = (left: Block, right: Block): boolean => left.first <= right.last && right.first <= left.last;

export const contains = (outer: Block, inner: Block): boolean => outer.first <= inner.first && inner.last <= outer.last;

export const prefixLength = (range: string): number => Number(range.split("/")[1]);

/** `10.10.0.5/16` is `10.10.0.0/16` in its proper form. */
export function canonical(range: string): string {
  const { first } = block(range);
  return `${[24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256).join(".")}/${prefixLength(range)}`;
}
