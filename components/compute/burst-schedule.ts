import type { Group } from "@pulumi/aws/autoscaling/group.js";
import { LifecycleHook, type LifecycleHookArgs } from "@pulumi/aws/autoscaling/lifecycleHook.js";
import { Schedule, type ScheduleArgs } from "@pulumi/aws/autoscaling/schedule.js";
import type * as pulumi from "@pulumi/pulumi";
import { refine } from "../component.ts";

const DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"] as const;

export interface BurstScheduleArgs {
  /** When nodes may be there; always if undefined. */
  readonly hours:
    | {
        /** Such as `08:00`. */
        readonly from: string;
        readonly to: string;
        readonly days: readonly (typeof DAYS)[number][];
        readonly timeZone: string;
      }
    | undefined;
  /** Last day on which the pool is wanted, such as `2026-12-31`; no end if undefined. */
  readonly expires: string | undefined;
  readonly minimum: number;
  readonly maximum: number;
}

/** Seconds that a node has to empty itself, as long as after a spot notice. */
const DRAIN_SECONDS = 120;

/** Leaves the desired size to whoever owns it. */
const AS_IT_IS = -1;
const CLOSED = { minSize: 0, maxSize: 0, desiredCapacity: 0 } as const;

/**
 * Off hours and the end of a burst pool, kept by AWS: they hold while the fleet is down, asleep or forgotten. A group that
 * is closed lets its nodes empty themselves first. What AWS does on a schedule is not undone by `up`, unless it changes
 * the group for another reason.
 */
export function scheduleBurst(
  name: string,
  { hours, expires, minimum, maximum }: BurstScheduleArgs,
  group: Group,
  parent: pulumi.Resource,
): void {
  if (hours === undefined && expires === undefined) return;
  const end = expires === undefined ? {} : { endTime: endOf(expires) };
  if (hours !== undefined) {
    const { from, to, days, timeZone } = hours;
    const bounds = { minSize: minimum, maxSize: maximum, desiredCapacity: AS_IT_IS };
    schedule("open", { ...bounds, recurrence: recurrence(from, days), timeZone, ...end });
    schedule("close", { ...CLOSED, recurrence: recurrence(to, days), timeZone, ...end });
  }
  if (expires !== undefined) schedule("end", { ...CLOSED, startTime: endOf(expires) });
  new LifecycleHook(
    `${name}-drain`,
    refine<LifecycleHookArgs>("aws:autoscaling/lifecycleHook:LifecycleHook", {
      autoscalingGroupName: group.name,
      lifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING",
      heartbeatTimeout: DRAIN_SECONDS,
      defaultResult: "CONTINUE",
    }),
    { parent },
  );

  function schedule(action: string, args: Omit<ScheduleArgs, "autoscalingGroupName" | "scheduledActionName">): void {
    new Schedule(
      `${name}-${action}`,
      refine<ScheduleArgs>("aws:autoscaling/schedule:Schedule", {
        autoscalingGroupName: group.name,
        scheduledActionName: action,
        ...args,
      }),
      { parent },
    );
  }
}

/** Midnight UTC after a day, as Auto Scaling takes it. */
const endOf = (day: string): string =>
  `${new Date(Date.parse(day) + MILLISECONDS_A_DAY).toISOString().slice(0, "2026-11-21T00:00:00".length)}Z`;

const MILLISECONDS_A_DAY = 86_400_000;

/** A time of day on some days, as cron has it. */
function recurrence(time: string, days: readonly (typeof DAYS)[number][]): string {
  const [hour, minute] = time.split(":").map(Number);
  const numbers = days.map((day) => DAYS.indexOf(day)).toSorted((a, b) => a - b);
  return `${minute} ${hour} * * ${numbers.join(",")}`;
}
