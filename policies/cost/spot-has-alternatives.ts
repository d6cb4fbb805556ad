import { z } from "zod";
import { bad, boundary, changed, good, unknown } from "../example.ts";
import { UNKNOWN, type Row } from "../row.ts";
import { resourceRule, undecided } from "../resource-rule.ts";
import { asList, placeIn, type Place } from "../values.ts";
import { BOUGHT_GROUP, BURST_GROUP, GROUP, isBought } from "./burst-group.ts";

const config = z.strictObject({
  minimum: z
    .int()
    .min(1)
    .default(2)
    .meta({ description: "Pairs of instance type and zone that a group can buy from." }),
});

const OVERRIDES = "mixedInstancesPolicy.launchTemplate.overrides";
const oneType = changed(BURST_GROUP, OVERRIDES, [{ instanceType: "p5.48xlarge" }]);

export const spotHasAlternatives = resourceRule({
  id: "cost/spot-has-alternatives",
  title: "Spot groups can buy from more than one market",
  why:
    "Each pair of instance type and zone is a market of its own. A group with one of them waits when it is empty " +
    "and pays whatever it asks; a second one is the cheapest insurance against interruption.",
  severity: "medium",
  level: "mandatory",
  config,
  unknown: "warn",
  fix: "Give the pool a second instance type or a second zone.",
  source: "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-best-practices.html",
  types: [GROUP],
  examples: [
    good("instances that a Capacity Block has paid for", BOUGHT_GROUP),
    good("two types in two zones", BURST_GROUP),
    bad("one type in one zone", changed(oneType, "vpcZoneIdentifiers", ["subnet-a"]), OVERRIDES),
    boundary("one type in two zones", oneType),
    boundary(
      "one type in the same zone twice",
      changed(oneType, "vpcZoneIdentifiers", ["subnet-a", "subnet-a"]),
      OVERRIDES,
    ),
    unknown("types that `up` decides", changed(BURST_GROUP, OVERRIDES, UNKNOWN), OVERRIDES),
  ],

  *inspect(row, { config: { minimum } }) {
    if (isBought(row)) return;
    const [types, zones] = [typesOf(row), placeIn(row, "vpcZoneIdentifiers")];
    const limit = `at least ${minimum} pairs of type and zone`;
    for (const place of [types, zones]) if (place.value === UNKNOWN) return yield undecided(place, limit);
    const markets = distinct(types) * distinct(zones);
    if (markets >= minimum) return;
    yield {
      path: types.path,
      message: `${row.name} can buy from ${markets === 1 ? "one spot market" : "no spot market"} only.`,
      value: `${markets}`,
      limit,
    };
  },
});

const typesOf = (row: Row): Place => placeIn(row, "mixedInstancesPolicy", "launchTemplate", "overrides");

/** Subnets that do not exist yet are unknown, but each is one of its own. */
function distinct({ value }: Place): number {
  const items = asList(value);
  return (
    items.filter((item) => item === UNKNOWN).length +
    new Set(items.filter((item) => item !== UNKNOWN).map((item) => JSON.stringify(item))).size
  );
}
