import type { Complaint } from "../../problems.ts";
import { check, unknownName } from "./check.ts";

/** A limit is that of a team that there is. */
export const budgetTeams = check(["budget", "teams"], ({ budget, teams }) =>
  unknownLimits("teams", "team", budget.teams, teams),
);

/** A limit is that of a pool that there is. */
export const budgetPools = check(["budget", "pools"], ({ budget, pools }) =>
  unknownLimits("pools", "pool", budget.pools, pools),
);

const unknownLimits = (
  section: string,
  noun: string,
  limits: Readonly<Record<string, unknown>> | undefined,
  known: Readonly<Record<string, unknown>>,
): Complaint[] =>
  Object.keys(limits ?? {})
    .filter((name) => known[name] === undefined)
    .map((name) => ({ ...unknownName(["budget", section, name], name, noun, Object.keys(known)), atKey: true }));
