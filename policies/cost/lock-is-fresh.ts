import { z } from "zod";
import { daysBetween } from "../days.ts";
import { bad, boundary, exampleStack, exampleSurroundings, good, unknown } from "../example.ts";
import { UNKNOWN } from "../row.ts";
import type { Rule } from "../rule.ts";
import { stackUrn } from "../stack.ts";

const config = z.strictObject({
  maximumDays: z.int().min(1).default(90).meta({ description: "Days after which a lock counts as stale." }),
});

const PLACE = "lock.resolvedAt";
const resolved = (resolvedAt: string) => ({
  ...exampleSurroundings,
  lock: { resolvedAt, today: "2026-11-21" },
});

/** A lock older than a quarter is a finding: stock, images and releases move on. */
export const lockIsFresh: Rule<z.output<typeof config>> = {
  id: "cost/lock-is-fresh",
  title: "What `resolve` looked up is not older than a quarter",
  why: "A server type that is no longer sold fails `up` at the worst time, when a node is replaced; images and releases of last year miss their fixes.",
  severity: "medium",
  level: "advisory",
  scope: "environment",
  config,
  unknown: "ignore",
  fix: "Run `npm run resolve -- <environment>`, read what it changes, and commit the lock.",
  source: "https://docs.hetzner.cloud/changelog#2025-09-24-per-location-server-types",
  examples: [
    good("a lock of today", exampleStack, resolved("2026-11-21")),
    bad("a lock of last year", exampleStack, PLACE, resolved("2025-11-21")),
    boundary("90 days", exampleStack, [], resolved("2026-08-23")),
    boundary("91 days", exampleStack, PLACE, resolved("2026-08-22")),
    unknown("resources of which nobody knows the lock", exampleStack, PLACE, {
      ...exampleSurroundings,
      lock: undefined,
    }),
  ],

  *check(_rows, { environment, lock, config: { maximumDays } }) {
    const place = { urn: stackUrn(environment), path: PLACE };
    if (lock === undefined) {
      return yield {
        ...place,
        message: "When the environment's lock was resolved is not known.",
        value: UNKNOWN,
        limit: `at most ${maximumDays} days`,
      };
    }
    const days = daysBetween(lock.resolvedAt, lock.today);
    if (days <= maximumDays) return;
    yield {
      ...place,
      message: `The lock of ${environment} was resolved ${days} days ago.`,
      value: lock.resolvedAt,
      limit: `at most ${maximumDays} days before ${lock.today}`,
      fix: `Run \`npm run resolve -- ${environment}\`, read what it changes, and commit the lock.`,
    };
  },
};
