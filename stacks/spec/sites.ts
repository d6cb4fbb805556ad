import { z } from "zod";
import { cidr, country, slug } from "./values.ts";

/** Hetzner locations with their network zone and country, from Hetzner's API documentation (November 2026). */
export const HETZNER_LOCATIONS = {
  fsn1: { networkZone: "eu-central", country: "DE" },
  nbg1: { networkZone: "eu-central", country: "DE" },
  hel1: { networkZone: "eu-central", country: "FI" },
  ash: { networkZone: "us-east", country: "US" },
  hil: { networkZone: "us-west", country: "US" },
  sin: { networkZone: "ap-southeast", country: "SG" },
} as const;

/** Countries of the AWS regions that a site may name, from AWS's region list (November 2026). */
export const AWS_REGIONS = {
  "eu-central-1": "DE",
  "eu-north-1": "SE",
  "eu-south-1": "IT",
  "eu-south-2": "ES",
  "eu-west-1": "IE",
  "eu-west-2": "GB",
  "eu-west-3": "FR",
  "us-east-1": "US",
  "us-east-2": "US",
  "us-west-2": "US",
} as const;

const keysOf = <T extends object>(table: T): [keyof T & string, ...(keyof T & string)[]] =>
  Object.keys(table) as [keyof T & string, ...(keyof T & string)[]];

const hetzner = z.strictObject({
  kind: z.literal("hetzner"),
  location: z.enum(keysOf(HETZNER_LOCATIONS)),
  range: cidr.meta({
    description: "Private network of the site's servers. Must not overlap another range of the environment.",
  }),
});

const onprem = z.strictObject({
  kind: z.literal("onprem"),
  country: country.meta({ description: "Where the machines stand; decides residency." }),
});

const aws = z.strictObject({
  kind: z.literal("aws"),
  region: z.enum(keysOf(AWS_REGIONS)),
  range: cidr.meta({ description: "Address range of the VPC." }),
});

const external = z.strictObject({
  kind: z.literal("external"),
  country: country.meta({ description: "Where somebody else's machines stand; decides residency." }),
});

export const site = z.discriminatedUnion("kind", [hetzner, onprem, aws, external]);
export type Site = z.infer<typeof site>;

/** A place: a Hetzner location, an on-prem room, an AWS region, a provider of rented GPUs. */
export const sites = z.record(slug, site);

/** The country whose law applies to data at rest on the site. */
export function countryOf(place: Site): string {
  switch (place.kind) {
    case "hetzner":
      return HETZNER_LOCATIONS[place.location].country;
    case "aws":
      return AWS_REGIONS[place.region];
    case "onprem":
    case "external":
      return place.country;
  }
}
