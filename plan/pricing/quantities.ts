/** Numbers that an estimate hangs on, by name. */
type Quantities = { readonly [name: string]: number | undefined };

/** @throws {RangeError} naming the first value that is not a finite number of at least 0. */
export function requireQuantities(values: Quantities): void {
  require(values, (value) => Number.isFinite(value) && value >= 0, "a finite number of at least 0");
}

/** @throws {RangeError} naming the first value that is zero, negative or not finite. */
export function requirePositive(values: Quantities): void {
  require(values, (value) => Number.isFinite(value) && value > 0, "a finite number above 0");
}

/** @throws {RangeError} naming the first value that is not a share from 0 to 1. */
export function requireShares(values: Quantities): void {
  require(values, (value) => value >= 0 && value <= 1, "a share from 0 to 1");
}

function require(values: Quantities, holds: (value: number) => boolean, expected: string): void {
  const wrong = Object.entries(values).find(([, value]) => value !== undefined && !holds(value));
  if (wrong !== undefined) throw new RangeError(`${wrong[0]} is ${wrong[1]}, expected ${expected}`);
}
