const FACTORS: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/**
 * A Kubernetes quantity such as `500m`, `1.5Gi` or `3` as a number of its base unit: cores, bytes or pieces.
 * Kubernetes' own client library knows no fractions of larger units.
 *
 * @throws Error for what is none
 */
export function amountOf(quantity: string): number {
  const [, number = "", suffix = ""] = /^([+-]?[\d.]+(?:[eE][+-]?\d+)?)([a-zA-Z]*)$/.exec(quantity) ?? [];
  const amount = Number(number) * (FACTORS[suffix] ?? Number.NaN);
  if (number === "" || Number.isNaN(amount))
    throw new Error(`${JSON.stringify(quantity)} is no quantity of Kubernetes`);
  return amount;
}
