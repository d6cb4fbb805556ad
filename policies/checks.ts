import { rules } from "./registry.ts";
import type { Rule } from "./rule.ts";

/** What reports, pages and exemptions need to know of whatever can make a finding. */
export type Check = Pick<Rule, "id" | "title" | "why" | "severity" | "level" | "fix" | "source">;

const FINOPS = "https://www.finops.org/framework/capabilities/data-ingestion/";

/** What pricing reports by itself: it looks at prices, which rules do not see. */
const priceChecks: readonly Check[] = [
  {
    id: "cost/bid-below-spot",
    title: "Bids for spot capacity lie above the price last seen",
    why: "A bid below the market never starts a node, so the pool that the plan counts on is not there.",
    severity: "medium",
    level: "advisory",
    fix: "Raise the pool's maximumPriceShare, or prefer a type whose spot price lies below the bid.",
    source: "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-spot-instances.html",
  },
  {
    id: "cost/no-price",
    title: "Every type of resource has a pricer or is known to bill nothing",
    why: "A type that nobody has thought about would count as free, and the estimate would fall where the bill rises.",
    severity: "high",
    level: "mandatory",
    fix: "Add a pricer to plan/pricing/pricers, or list the type in free-types.json there if it bills nothing.",
    source: FINOPS,
  },
  {
    id: "cost/no-usage",
    title: "What is billed by use has a stated use",
    why: "Tokens and bytes that nobody has estimated are counted as none, and are what surprises most on a bill.",
    severity: "medium",
    level: "advisory",
    fix: "State the expected use in the usage section of the environment file, or watch this part of the bill.",
    source: FINOPS,
  },
  {
    id: "cost/not-orderable",
    title: "Server types can be ordered where they are wanted",
    why: "`up` fails where the provider has no such server left, at worst when a node is replaced.",
    severity: "medium",
    level: "advisory",
    fix: "Run `npm run resolve`, which takes the first orderable type of the pool's list, or `npm run prices -- refresh`.",
    source: "https://docs.hetzner.cloud/changelog#2025-09-24-per-location-server-types",
  },
  {
    id: "cost/stale-price",
    title: "Every price that is used is valid today",
    why: "Providers change prices between two looks at them; a figure past its date is a memory, not a price.",
    severity: "low",
    level: "advisory",
    fix: "Read the price again with `npm run prices -- refresh`, or add a row with its new date.",
    source: FINOPS,
  },
  {
    id: "cost/undecided-price",
    title: "What decides a price is written down",
    why: "A size or number that only `up` decides can not be priced before, and a missing part is never free.",
    severity: "medium",
    level: "mandatory",
    fix: "Give the place a plain value in the environment file.",
    source: FINOPS,
  },
  {
    id: "cost/unknown-price",
    title: "Every billed part has a price in the catalogue",
    why: "A part without a price would count as nothing, and a dearer choice would look like a saving.",
    severity: "high",
    level: "mandatory",
    fix: "Add the price to the catalogue in plan/pricing/catalogue, or choose a type and region that it lists.",
    source: FINOPS,
  },
  {
    id: "cost/unverified-price",
    title: "Every price that is used has been confirmed",
    why: "A figure that nobody has seen at the provider can be wrong by any factor.",
    severity: "low",
    level: "advisory",
    fix: "Confirm it with the provider and change its evidence in the catalogue.",
    source: FINOPS,
  },
  {
    id: "cost/usage-over-capacity",
    title: "The stated use fits what is planned",
    why: "Hours that the pool can not run are not counted, so the estimate would be less than what is expected.",
    severity: "medium",
    level: "mandatory",
    fix: "Lower the stated use or raise the pool's maximum.",
    source: FINOPS,
  },
];

const EXEMPTIONS = "https://github.com/kyverno/kyverno/issues/14491";

/** What the run of the rules says of itself. None of it can be exempted. */
const runChecks: readonly Check[] = [
  {
    id: "policy/exemption-expired",
    title: "No exemption is past its day",
    why: "An exemption that goes on after its term is a rule that nobody keeps and nobody has changed.",
    severity: "medium",
    level: "mandatory",
    fix: "Repair what it covered and remove it, or have its owner decide on another term.",
    source: EXEMPTIONS,
  },
  {
    id: "policy/exemption-too-long",
    title: "Exemptions reach a quarter ahead at most",
    why: "What nobody has to look at again is permanent.",
    severity: "medium",
    level: "mandatory",
    fix: "Set `until` to a day within 90 days and look at it again then.",
    source: EXEMPTIONS,
  },
  {
    id: "policy/exemption-unused",
    title: "Every exemption covers a finding",
    why: "One that covers nothing today will hide, unseen, the next thing that goes wrong in its place.",
    severity: "medium",
    level: "advisory",
    fix: "Remove it, or correct its URN.",
    source: EXEMPTIONS,
  },
  {
    id: "policy/no-resources",
    title: "There is something to judge",
    why: "An empty list breaks no rule; taking that for a pass would let a program that fails early through.",
    severity: "critical",
    level: "mandatory",
    fix: "Check that the environment declares pools and that the program runs to its end.",
    source: "https://github.com/open-policy-agent/conftest/issues/548",
  },
];

/** Everything that can make a finding: the rules, the checks of prices and those of the run itself, by category. */
export const checks: readonly Check[] = [...rules, ...priceChecks, ...runChecks];

/** Ids that an exemption may name: rules and checks of prices. */
export const EXEMPTABLE: readonly string[] = [...rules, ...priceChecks].map(({ id }) => id);

const byId = new Map(checks.map((check) => [check.id, check]));

/** @throws Error for a finding of which nothing is known; a test holds that there is none. */
export function checkOf(id: string): Check {
  const check = byId.get(id);
  if (check === undefined)
    throw new Error(`nothing describes ${id}: it is neither a rule nor listed in policies/checks.ts`);
  return check;
}
