import { SCHEDULE } from "../twin/kinds/aws/common.ts";
import { textAt } from "../twin/protocol/paths.ts";
import type { WorldObject } from "../twin/world/objects.ts";
import type { World } from "../twin/world/world.ts";

export interface Bounds {
  readonly minimum: number;
  readonly maximum: number;
}

const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MINUTES_PER_DAY = 24 * 60;
const MS_PER_MINUTE = 60_000;

/**
 * Sizes of a group between which it may be now: those that the last of its scheduled actions has set, or else the
 * program's. An action that was made later than its last time has yet to act.
 */
export function boundsNow(world: World, group: string, bounds: Bounds): Bounds {
  const now = world.now();
  const acted = world
    .ofType(SCHEDULE)
    .filter(({ inputs }) => textAt(inputs, "autoscalingGroupName") === group)
    .flatMap((action) => {
      const at = lastTime(action, now);
      return at === undefined || at < Date.parse(action.createdAt) ? [] : [{ action, at }];
    })
    .toSorted((a, b) => b.at - a.at);
  const last = acted[0]?.action.inputs;
  if (last === undefined) return bounds;
  const sizeOf = (name: string, otherwise: number): number => {
    const size = Number(last[name] ?? 0);
    return size < 0 ? otherwise : size;
  };
  return { minimum: sizeOf("minSize", bounds.minimum), maximum: sizeOf("maxSize", bounds.maximum) };
}

/** When an action acted last, by the epoch's milliseconds; undefined where it has not. */
function lastTime({ inputs }: WorldObject, now: Date): number | undefined {
  const recurrence = textAt(inputs, "recurrence");
  const start = textAt(inputs, "startTime");
  if (recurrence === undefined) {
    return start === undefined || Date.parse(start) > now.getTime() ? undefined : Date.parse(start);
  }
  const end = Date.parse(textAt(inputs, "endTime") ?? "9999-12-31");
  const from = new Date(Math.min(now.getTime(), end));
  return from.getTime() - minutesSince(recurrence, textAt(inputs, "timeZone") ?? "Etc/UTC", from) * MS_PER_MINUTE;
}

/** Since a time of day on some days of the week: `minute hour * * days`. */
function minutesSince(recurrence: string, timeZone: string, now: Date): number {
  const [minute = "", hour = "", , , days = ""] = recurrence.split(" ");
  const format = { timeZone, weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;
  const parts = new Intl.DateTimeFormat("en-GB", format).formatToParts(now);
  const part = (type: Intl.DateTimeFormatPartTypes): string => parts.find((each) => each.type === type)?.value ?? "";
  const today = DAYS.indexOf(part("weekday")) * MINUTES_PER_DAY + Number(part("hour")) * 60 + Number(part("minute"));
  const week = DAYS.length * MINUTES_PER_DAY;
  return Math.min(
    ...days.split(",").map((day) => {
      const time = Number(day) * MINUTES_PER_DAY + Number(hour) * 60 + Number(minute);
      return (today - time + week) % week;
    }),
  );
}
