import { Decimal } from "decimal.js";
import { HOURS_PER_MONTH } from "./context.ts";
import { requirePositive, requireQuantities } from "./quantities.ts";

/** What a machine of one's own costs, in one currency. */
export interface Ownership {
  readonly capex: Decimal.Value;
  /** What it sells for at the end. Default: nothing. */
  readonly resale?: Decimal.Value;
  /** Above zero. */
  readonly lifetimeMonths: number;
  readonly watts: number;
  /** Power usage effectiveness: all power of the site by that of its machines. Default: 1, no overhead. */
  readonly pue?: number;
  readonly perKwh: Decimal.Value;
  readonly spacePerMonth?: Decimal.Value;
  readonly labourPerMonth?: Decimal.Value;
}

export interface OwnedMonth {
  readonly depreciation: Decimal;
  readonly kilowattHours: Decimal;
  readonly power: Decimal;
  readonly space: Decimal;
  readonly labour: Decimal;
  readonly total: Decimal;
}

/**
 * A month of ownership, busy or idle: (capex - resale) / lifetime, power of all 730 hours, space and labour.
 *
 * @throws {RangeError} for a lifetime of zero or a negative power.
 */
export function ownedMonth(machine: Ownership): OwnedMonth {
  const { capex, resale = 0, lifetimeMonths, watts, pue = 1, perKwh, spacePerMonth = 0, labourPerMonth = 0 } = machine;
  requirePositive({ lifetimeMonths });
  requireQuantities({ watts, pue });
  const depreciation = new Decimal(capex).minus(resale).div(lifetimeMonths);
  const kilowattHours = new Decimal(watts).div(1000).times(pue).times(HOURS_PER_MONTH);
  const power = kilowattHours.times(perKwh);
  const [space, labour] = [new Decimal(spacePerMonth), new Decimal(labourPerMonth)];
  const total = Decimal.sum(depreciation, power, space, labour);
  return { depreciation, kilowattHours, power, space, labour, total };
}
