import { z } from "zod";
import { bad, boundary, exampleStack, exampleSurroundings, good, unknown } from "../example.ts";
import { UNKNOWN } from "../row.ts";
import type { Lifetime, Rule } from "../rule.ts";
import { stackUrn } from "../stack.ts";

const config = z.strictObject({});

const PLACE = "environment.expires";
const until = (expires: string | undefined, purpose: Lifetime["purpose"] = "development") => ({
  ...exampleSurroundings,
  lifetime: { purpose, expires, today: "2026-11-21" },
});

/** An environment that is not for production says how long it is wanted, and is not planned past that day. */
export const expires: Rule<z.output<typeof config>> = {
  id: "cost/expires",
  title: "Environments that are not for production end on a day that was said",
  why: "A trial that nobody ends is billed for years. A day in the file makes keeping it a decision that somebody takes.",
  severity: "medium",
  level: "mandatory",
  scope: "environment",
  config,
  unknown: "warn",
  fix: "Take it down with `npm run down`, or have the owner write a later day in `environment.expires`.",
  source:
    "https://docs.aws.amazon.com/wellarchitected/latest/cost-optimization-pillar/cost_decomissioning_resources_decommission.html",
  examples: [
    good("production, which needs no end", exampleStack, until(undefined, "production")),
    good("staging without a day", exampleStack, until(undefined, "staging")),
    good("a development environment that says it has no end", exampleStack, until("never")),
    bad("a day that is past", exampleStack, PLACE, until("2026-11-01")),
    bad("staging past its day", exampleStack, PLACE, until("2026-11-20", "staging")),
    boundary("a development environment that says nothing, which warns", exampleStack, PLACE, until(undefined)),
    boundary("its last day", exampleStack, [], until("2026-11-21")),
    boundary("the day after", exampleStack, PLACE, until("2026-11-20")),
    unknown("resources without what their environment is for", exampleStack, PLACE, { lifetime: undefined }),
  ],

  *check(_rows, { environment, lifetime }) {
    const place = { urn: stackUrn(environment), path: PLACE };
    if (lifetime === undefined) {
      const message = "How long the environment is wanted is not known.";
      return yield { ...place, message, value: UNKNOWN, limit: "a day, or never" };
    }
    const { purpose, expires: last, today } = lifetime;
    if (last === undefined) {
      if (purpose !== "development") return;
      return yield {
        ...place,
        level: "advisory",
        message: `${environment} is for development and says nowhere how long it is wanted.`,
        value: "nothing",
        limit: "a day, or never",
        fix: "Write the last day on which it is wanted in `environment.expires`, or `never`.",
      };
    }
    if (last === "never" || last >= today) return;
    yield {
      ...place,
      message: `${environment} was wanted until ${last} and would go on costing money.`,
      value: last,
      limit: `${today} or later`,
    };
  },
};
