import { bad, boundary, changed, exampleRow, good, unknown } from "../example.ts";
import { noParameters } from "../resource-rule.ts";
import { UNKNOWN, type Row } from "../row.ts";
import type { Rule, Violation } from "../rule.ts";
import { asText, placeIn, type Place } from "../values.ts";
import { countryOfLocation, countryOfRegion } from "./places.ts";
import type { z } from "zod";

/** Types at Hetzner that hold data, with the property that says where. */
const AT_HETZNER: Readonly<Record<string, string>> = {
  "hcloud:index/server:Server": "location",
  "hcloud:index/volume:Volume": "location",
};

/** Types at AWS that hold data; the provider says where, unless the resource does. */
const AT_AWS: readonly string[] = [
  "aws:autoscaling/group:Group",
  "aws:ebs/snapshotCopy:SnapshotCopy",
  "aws:ebs/volume:Volume",
  "aws:ec2/instance:Instance",
  "aws:s3/bucket:Bucket",
];
const AWS_PROVIDER = "pulumi:providers:aws";

const server = exampleRow(
  "hcloud:index/server:Server",
  "node",
  { location: "fsn1" },
  { labels: { "data-class": "personal" } },
);
const provider = (region: string): Row => exampleRow(AWS_PROVIDER, "aws", { region });
const bucket = exampleRow(
  "aws:s3/bucket:Bucket",
  "weights",
  {},
  { provider: provider("").urn, labels: { "data-class": "internal" } },
);

export const residency: Rule<z.output<typeof noParameters>> = {
  id: "privacy/residency",
  title: "Data above public stays in the countries that the environment names",
  why:
    "A transfer to a third country needs a legal ground of its own, which no deployment can create afterwards. A " +
    "disk, a bucket or a snapshot copy in the wrong region is such a transfer from its first byte.",
  severity: "critical",
  level: "mandatory",
  scope: "resource",
  config: noParameters,
  unknown: "fail",
  fix: "Choose a location or region in one of the countries, or have the owner widen `privacy.residency`.",
  source: "GDPR Articles 44 to 46",
  examples: [
    good("a server in Falkenstein", server),
    good("a bucket in Stockholm", [bucket, provider("eu-north-1")]),
    bad("a server in Ashburn", changed(server, "location", "ash"), "location"),
    bad("a bucket in Ireland, which is in the Union but not on the list", [bucket, provider("eu-west-1")], "region"),
    bad(
      "a region that the provider's is not",
      [changed(bucket, "region", "us-east-1"), provider("eu-north-1")],
      "region",
    ),
    boundary("public data in Ashburn", { ...changed(server, "location", "ash"), labels: { "data-class": "public" } }),
    boundary("a place that is on no map", changed(server, "location", "mars1"), "location"),
    boundary("no class, which may be any", { ...changed(server, "location", "ash"), labels: {} }, "location"),
    unknown("a location that `up` decides", changed(server, "location", UNKNOWN), "location"),
    unknown("no privacy section", server, "location", { privacy: undefined }),
  ],

  *check(rows, { privacy }) {
    const providers = new Map(rows.filter(({ type }) => type === AWS_PROVIDER).map((row) => [row.urn, row]));
    for (const row of rows) {
      if (row.labels["data-class"] === "public") continue;
      const place = placeOf(row, providers.get(row.provider));
      if (place === undefined) continue;
      const country = place.value === UNKNOWN || privacy === undefined ? UNKNOWN : place.country;
      if (country !== UNKNOWN && privacy?.residency.includes(country) === true) continue;
      yield { urn: row.urn, ...outside(row, place, country, privacy?.residency ?? []) };
    }
  },
};

interface Located extends Place {
  readonly country: string;
}

function placeOf(row: Row, provider: Row | undefined): Located | undefined {
  const property = AT_HETZNER[row.type];
  if (property !== undefined) return located(placeIn(row, property), countryOfLocation);
  if (!AT_AWS.includes(row.type)) return undefined;
  const own = placeIn(row, "region");
  if (own.value !== undefined) return located(own, countryOfRegion);
  return provider === undefined ? undefined : located(placeIn(provider, "region"), countryOfRegion);
}

const located = (place: Place, countryOf: (name: string) => string | undefined): Located => ({
  ...place,
  country: countryOf(asText(place.value) ?? "") ?? "no country that is known",
});

function outside(
  row: Row,
  { path, value }: Place,
  country: string,
  allowed: readonly string[],
): Omit<Violation, "urn"> {
  const limit = allowed.length === 0 ? "the countries of the environment's privacy section" : allowed.join(", ");
  if (country === UNKNOWN) {
    return {
      path,
      message: `Whether ${row.name} keeps its data in ${limit} can not be decided yet.`,
      value: UNKNOWN,
      limit,
    };
  }
  const where = asText(value) ?? "nothing";
  return { path, message: `${row.name} keeps data in ${where}, which is in ${country}.`, value: where, limit };
}
