import { bad, boundary, changed, good, unknown } from "../example.ts";
import { UNKNOWN } from "../row.ts";
import { demand, noParameters, resourceRule } from "../resource-rule.ts";
import { asText, placeIn } from "../values.ts";
import { BOUGHT_GROUP, BURST_GROUP, DISTRIBUTION, GROUP, isBought } from "./burst-group.ts";

const PRICE = `${DISTRIBUTION}.spotMaxPrice`;

export const spotPriceIsCapped = resourceRule({
  id: "cost/spot-price-is-capped",
  title: "Spot capacity has a price cap",
  why:
    "Without a cap AWS takes any spot price up to that of on-demand. What the plan expects of a burst hour only " +
    "holds if the group stops buying above a price that somebody has agreed to.",
  severity: "high",
  level: "mandatory",
  config: noParameters,
  unknown: "fail",
  fix: "Set the pool's maximumPriceShare; it becomes the group's spotMaxPrice.",
  source: "https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_InstancesDistribution.html",
  types: [GROUP],
  examples: [
    good("instances that a Capacity Block has paid for", BOUGHT_GROUP),
    good("35 dollars an hour", BURST_GROUP),
    bad("no cap", changed(BURST_GROUP, PRICE, undefined), PRICE),
    boundary("an empty text, which takes the cap away", changed(BURST_GROUP, PRICE, ""), PRICE),
    boundary("the smallest price", changed(BURST_GROUP, PRICE, "0.0001")),
    unknown("a price that `up` decides", changed(BURST_GROUP, PRICE, UNKNOWN), PRICE),
  ],

  *inspect(row) {
    if (isBought(row)) return;
    yield* demand(placeIn(row, "mixedInstancesPolicy", "instancesDistribution", "spotMaxPrice"), {
      isMet: (value) => Number(asText(value) ?? 0) > 0,
      limit: "a price above 0",
      message: `${row.name} pays any spot price up to that of on-demand.`,
    });
  },
});
