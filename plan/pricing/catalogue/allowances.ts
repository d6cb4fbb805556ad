/** What a price may include each month without further charge, by the words for one unit of it. */
export const ALLOWANCES = {
  outboundTiB: "TiB outbound",
  outboundTB: "TB outbound",
  outboundGB: "GB outbound",
  storedTB: "TB stored",
  ephemeralMinutes: "minutes of ephemeral nodes",
} as const;

export type Allowance = keyof typeof ALLOWANCES;
export type Allowances = Partial<Readonly<Record<Allowance, string>>>;

/** The keys of {@link ALLOWANCES}, as a list of at least one. */
export const ALLOWANCE_NAMES = Object.keys(ALLOWANCES) as [Allowance, ...Allowance[]];

/** Such as `1 TB stored, 1 TB outbound`; empty if nothing is included. */
export const allowancesText = (included: Allowances): string =>
  ALLOWANCE_NAMES.flatMap((name) => {
    const count = included[name];
    return count === undefined ? [] : [`${count} ${ALLOWANCES[name]}`];
  }).join(", ");
