import type { Pool } from "../../../stacks/spec/pools.ts";

const DAYS = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"] as const;

/** When a node may be restarted, in UTC. */
export interface MaintenanceWindow {
  /** Every day where it is undefined. */
  readonly day: (typeof DAYS)[number] | undefined;
  readonly startHour: number;
  readonly hours: number;
}

/** As the node bundle has it for pools that state none. */
const NIGHT: MaintenanceWindow = { day: undefined, startHour: 2, hours: 3 };

/** The window of a pool: its own, or the night. */
export const windowOf = (pool: Pool | undefined): MaintenanceWindow =>
  pool?.kind === "onprem" && pool.maintenance !== undefined ? pool.maintenance : NIGHT;

/** Whether a time lies in the window, which may reach over midnight. */
export function isOpen({ day, startHour, hours }: MaintenanceWindow, now: Date): boolean {
  const since = (now.getUTCHours() - startHour + 24) % 24;
  if (since >= hours) return false;
  const started = new Date(now.getTime() - since * 3_600_000);
  return day === undefined || DAYS[started.getUTCDay()] === day;
}

/** `monday from 02:00 to 05:00 UTC`, or `daily from …`. */
export function describeWindow({ day = undefined, startHour, hours }: MaintenanceWindow): string {
  const clock = (hour: number): string => `${String(hour % 24).padStart(2, "0")}:00`;
  return `${day ?? "daily"} from ${clock(startHour)} to ${clock(startHour + hours)} UTC`;
}
