import { Decimal } from "decimal.js";
import { count } from "../../stacks/words.ts";
import { amount } from "../report/shares.ts";
import type { Change, Comparison } from "./contract.ts";

/** `+12.00`, `−3.10`, `±0.00`. */
export function signedEuros({ change }: Change): string {
  const euros = new Decimal(change);
  const sign = euros.isZero() ? "±" : euros.isNegative() ? "−" : "+";
  return `${sign}${amount(euros.abs())}`;
}

/** `2 resources added, 1 changed`, or `no resource changed`. */
export function resourceText({ resources: { added, removed, changed } }: Comparison): string {
  const parts = (
    [
      [added.length, "added"],
      [removed.length, "removed"],
      [changed.length, "changed"],
    ] as const
  ).filter(([number]) => number > 0);
  const [[first, what], ...rest] = parts.length > 0 ? parts : [[0, ""] as const];
  if (first === undefined || first === 0) return "no resource changed";
  return [`${count(first, "resource")} ${what}`, ...rest.map(([number, verb]) => `${number} ${verb}`)].join(", ");
}

/** `1 new finding, 2 resolved`, or `no new finding`. */
export function findingText({ findings: { added, resolved } }: Comparison): string {
  const fresh = added.length === 0 ? "no new finding" : count(added.length, "new finding");
  return resolved.length === 0 ? fresh : `${fresh}, ${resolved.length} resolved`;
}

export const stateText = { both: "", added: " (new)", removed: " (gone)" } as const;

/** The type's own name: `hcloud:index/server:Server` is a `Server`. */
export const shortType = (type: string): string => type.split(":").at(-1) ?? type;
