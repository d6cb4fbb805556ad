import { expect, it } from "vitest";
import { AWS_REGIONS, HETZNER_LOCATIONS } from "../../stacks/spec/sites.ts";
import { DATA_CLASSES } from "../../stacks/spec/values.ts";
import { exceeds } from "./data-class.ts";
import { countryOfLocation, countryOfRegion } from "./places.ts";

it("knows the country of every place that a site may name", () => {
  for (const [location, { country }] of Object.entries(HETZNER_LOCATIONS))
    expect(countryOfLocation(location)).toBe(country);
  for (const [region, country] of Object.entries(AWS_REGIONS)) expect(countryOfRegion(region)).toBe(country);
});

it("ranks the environment format's data classes as the format does", () => {
  for (const [rank, held] of DATA_CLASSES.entries()) {
    for (const [limit, ceiling] of DATA_CLASSES.entries()) expect(exceeds(held, ceiling)).toBe(rank > limit);
  }
});
