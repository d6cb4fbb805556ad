/** Countries of Hetzner's locations, from Hetzner's API documentation (November 2026). */
const HETZNER_COUNTRIES: Readonly<Record<string, string>> = {
  fsn1: "DE",
  nbg1: "DE",
  hel1: "FI",
  ash: "US",
  hil: "US",
  sin: "SG",
};

/** Countries of AWS regions, from AWS's region list (November 2026). */
const AWS_COUNTRIES: Readonly<Record<string, string>> = {
  "af-south-1": "ZA",
  "ap-northeast-1": "JP",
  "ap-northeast-2": "KR",
  "ap-south-1": "IN",
  "ap-southeast-1": "SG",
  "ap-southeast-2": "AU",
  "ca-central-1": "CA",
  "eu-central-1": "DE",
  "eu-central-2": "CH",
  "eu-north-1": "SE",
  "eu-south-1": "IT",
  "eu-south-2": "ES",
  "eu-west-1": "IE",
  "eu-west-2": "GB",
  "eu-west-3": "FR",
  "il-central-1": "IL",
  "me-central-1": "AE",
  "sa-east-1": "BR",
  "us-east-1": "US",
  "us-east-2": "US",
  "us-west-1": "US",
  "us-west-2": "US",
};

/** ISO 3166 country of a Hetzner location; undefined for one that the table does not have. */
export const countryOfLocation = (location: string): string | undefined => HETZNER_COUNTRIES[location];

/** ISO 3166 country of an AWS region; undefined for one that the table does not have. */
export const countryOfRegion = (region: string): string | undefined => AWS_COUNTRIES[region];
