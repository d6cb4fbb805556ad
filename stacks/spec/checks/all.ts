import type { Complaint } from "../../problems.ts";
import type { Check, Facts } from "./check.ts";
import { poolSites } from "./pool-sites.ts";

/** In no particular order: reports sort by position. */
const CHECKS: readonly Check[] = [poolSites];

/** Everything that is wrong between sections, and between them and the lock. */
export const checkEnvironment = (facts: Partial<Facts>): Complaint[] => CHECKS.flatMap((check) => [...check(facts)]);
