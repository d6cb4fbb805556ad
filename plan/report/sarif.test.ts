import { readFileSync } from "node:fs";
import path from "node:path";
import { Ajv } from "ajv";
import formats from "ajv-formats";
import { expect, it } from "vitest";
import { checks } from "../../policies/checks.ts";
import { toSarif } from "./sarif.ts";
import { exampleFinding, exampleReport } from "./testing.ts";

/** The schema of the standard as the schema store publishes it and GitHub checks uploads by it. */
const file = path.join(import.meta.dirname, "testdata", "sarif-2.1.0-rtm.5.json");
// Nothing in it means anything else in draft 4 than in draft 7, but how it names itself.
const { $schema: _draft, id: _id, ...schema } = JSON.parse(readFileSync(file, "utf8"));
const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
formats.default(ajv);
const validate = ajv.compile(schema);

function valid(text: string): unknown {
  const log: unknown = JSON.parse(text);
  expect(validate(log) ? [] : validate.errors).toEqual([]);
  return log;
}

const everything = checks.map(({ id, level }) => ({ ...exampleFinding, rule: id, level }));
const exemption = {
  rule: exampleFinding.rule,
  urn: "urn:pulumi:dev::*",
  owner: "platform@example.org",
  reason: "The vendor needs it until January.",
  until: "2027-01-31",
};

it("is valid with a finding of every rule, with none, and with what is exempted", () => {
  valid(toSarif([exampleReport([], everything)]));
  valid(toSarif([exampleReport([], [])]));
  valid(toSarif([{ ...exampleReport([], []), exempted: [{ finding: exampleFinding, exemption }] }]));
});

it("is refused by the schema where a level is none of SARIF's", () => {
  const wrong = toSarif([exampleReport([], [exampleFinding])]).replaceAll('"level":"error"', '"level":"fatal"');
  expect(validate(JSON.parse(wrong))).toBe(false);
});

it("places a result at the line of the environment file and says value, limit, source and fix", () => {
  const log = valid(toSarif([exampleReport([], [exampleFinding])]));
  expect(log).toMatchObject({
    version: "2.1.0",
    runs: [
      {
        automationDetails: { id: "splitfleet/dev/" },
        results: [
          {
            ruleId: "security/no-open-firewall",
            ruleIndex: 0,
            level: "error",
            message: {
              text: [
                "nodes-firewall lets 0.0.0.0/0 reach port 22 of tcp.",
                "Got 0.0.0.0/0; allowed is the mesh's UDP port 41641 and ICMP " +
                  "(https://docs.hetzner.com/cloud/firewalls/overview/).",
                "Fix: Remove the inbound rule.",
              ].join("\n"),
            },
            locations: [
              {
                physicalLocation: {
                  artifactLocation: { uri: "stacks/Pulumi.dev.yaml" },
                  region: { startLine: 12 },
                },
                logicalLocations: [{ fullyQualifiedName: exampleFinding.urn }],
              },
            ],
          },
        ],
      },
    ],
  });
});

it("knows a finding again after its line has moved, and never takes two for one", () => {
  const fingerprintsOf = (...findings: (typeof exampleFinding)[]): unknown =>
    JSON.parse(toSarif([exampleReport([], findings)])).runs[0].results.map(
      ({ partialFingerprints }: { partialFingerprints: unknown }) => partialFingerprints,
    );
  const moved = { ...exampleFinding, origin: { ...exampleFinding.origin, line: 40 } };
  expect(fingerprintsOf(moved)).toEqual(fingerprintsOf(exampleFinding));
  expect(fingerprintsOf({ ...exampleFinding, path: "rules[1]" })).not.toEqual(fingerprintsOf(exampleFinding));
});

it("keeps what is exempted, suppressed by its reason", () => {
  const report = { ...exampleReport([], []), exempted: [{ finding: exampleFinding, exemption }] };
  expect(JSON.parse(toSarif([report])).runs[0].results[0].suppressions).toEqual([
    {
      kind: "external",
      status: "accepted",
      justification: "The vendor needs it until January. (platform@example.org, until 2027-01-31)",
    },
  ]);
});
