import type { EnvironmentSpec } from "../../stacks/spec/environment.ts";
import type { Hours } from "../../stacks/spec/identity.ts";

type Identity = EnvironmentSpec["environment"];

/** What an environment has been asked lately. */
export interface Activity {
  /** Requests to its models in the last {@link Identity.idleHours}. */
  readonly requests: number;
  /** Jobs that run or wait now. */
  readonly jobs: number;
}

/** Why an environment should sleep now; undefined where nothing says that it should. */
export function reasonToSleep(
  { expires, hours, idleHours }: Pick<Identity, "expires" | "hours" | "idleHours">,
  now: Date,
  activity?: Activity,
): string | undefined {
  if (isPast(expires, now)) return `it was wanted until ${expires}`;
  if (hours !== undefined && !isWithin(hours, now)) return `its hours are ${describe(hours)}`;
  if (idleHours === undefined || activity === undefined) return undefined;
  const isIdle = activity.requests === 0 && activity.jobs === 0;
  return isIdle ? `nobody has asked it anything for ${idleHours} hours, and no job is under way` : undefined;
}

/**
 * Whether its hours have just come, so that it should be awake. Later in them it may have been put to sleep as idle, and
 * one without hours is woken by people only.
 */
export const shouldWake = ({ expires, hours }: Pick<Identity, "expires" | "hours">, now: Date): boolean => {
  const earlier = new Date(now.getTime() - WAKE_HOURS * MS_PER_HOUR);
  return !isPast(expires, now) && hours !== undefined && isWithin(hours, now) && !isWithin(hours, earlier);
};

/** Two, so that one schedule of GitHub's that is late or left out does not matter. */
const WAKE_HOURS = 2;
const MS_PER_HOUR = 3_600_000;

const isPast = (expires: Identity["expires"], now: Date): boolean =>
  expires !== undefined && expires !== "never" && expires < now.toISOString().slice(0, 10);

function isWithin({ from, to, days, timeZone }: Hours, now: Date): boolean {
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone,
    weekday: "short",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }).formatToParts(now);
  const part = (type: Intl.DateTimeFormatPartTypes): string => parts.find((each) => each.type === type)?.value ?? "";
  const time = `${part("hour")}:${part("minute")}`;
  return days.some((day) => day === part("weekday").toLowerCase()) && from <= time && time < to;
}

const describe = ({ from, to, days, timeZone }: Hours): string =>
  `${from} to ${to} on ${days.join(", ")} (${timeZone})`;
