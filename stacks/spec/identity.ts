import { z } from "zod";
import { day, email, slug } from "./values.ts";

/** How much of an environment runs. */
export const MODES = ["awake", "asleep", "braked"] as const;
export type Mode = (typeof MODES)[number];

const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
const time = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day in quotes, such as "07:30"');

/** When something is used that need not run all the time. */
export const hours = z
  .strictObject({
    from: time,
    to: time,
    days: z.array(z.enum(DAYS)).min(1).default(["mon", "tue", "wed", "thu", "fri"]),
    timeZone: z
      .string()
      .refine(isTimeZone, "a time zone such as Europe/Berlin")
      .default("Etc/UTC")
      .meta({ description: "Of the tz database, such as `Europe/Berlin`." }),
  })
  .refine(({ from, to }) => from < to, { error: "a time later than `from`", path: ["to"] });
export type Hours = z.output<typeof hours>;

function isTimeZone(timeZone: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}

/** Which environment this is, and whose. */
export const identity = z.strictObject({
  name: slug.meta({ description: "Equals the stack's name." }),
  purpose: z.enum(["development", "staging", "production"]),
  owner: email.meta({ description: "Who is told when something needs a decision." }),
  expires: z
    .union([day, z.literal("never")])
    .optional()
    .meta({
      errorMessage: "a calendar day such as 2026-11-21, or never",
      description:
        "The last day on which it is wanted, or `never`. A development environment without one, and any past it, is reported.",
    }),
  mode: z
    .enum(MODES)
    .default("awake")
    .meta({
      description:
        "`asleep`: no server of pools without data, no burst, no run, everything that scales at its floor. `braked`: as " +
        "`asleep`, with all servers. `npm run sleep`, `wake` and `brake` change it for one run; written here it lasts.",
    }),
  hours: hours.optional().meta({
    description: "When it is used; `npm run sleep -- <environment> --due` puts it to sleep outside of them.",
  }),
  idleHours: z.int().min(1).max(720).optional().meta({
    description: "Hours without a request and without a job after which `npm run sleep -- <environment> --due` acts.",
  }),
});
