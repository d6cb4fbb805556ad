import { bad, boundary, changed, exampleRow, good, unknown } from "../example.ts";
import { noParameters } from "../resource-rule.ts";
import { UNKNOWN, type Row } from "../row.ts";
import type { Rule } from "../rule.ts";
import { asText } from "../values.ts";
import type { z } from "zod";

const NAT = "aws:ec2/natGateway:NatGateway";
const ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint";
const nat = exampleRow(NAT, "nat", { subnetId: "subnet-a" }, { provider: "stockholm" });
const endpoint = exampleRow(
  ENDPOINT,
  "s3",
  { serviceName: "com.amazonaws.eu-north-1.s3", vpcEndpointType: "Gateway" },
  { provider: "stockholm" },
);

export const natSparesObjectStorage: Rule<z.output<typeof noParameters>> = {
  id: "cost/nat-spares-object-storage",
  title: "Where there is a NAT gateway, object storage goes around it",
  why:
    "A NAT gateway bills each gigabyte that passes. Model weights and checkpoints are hundreds of them, and a " +
    "gateway endpoint for S3 costs nothing.",
  severity: "medium",
  level: "mandatory",
  scope: "environment",
  config: noParameters,
  unknown: "warn",
  fix: "Add a VPC endpoint of type Gateway for S3 to the network's route tables.",
  source: "https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html",
  examples: [
    good("a NAT gateway beside an endpoint", [nat, endpoint]),
    good("no NAT gateway", exampleRow("aws:ec2/vpc:Vpc", "vpc", { cidrBlock: "10.20.0.0/16" })),
    bad("a NAT gateway alone", nat, "subnetId"),
    boundary(
      "an endpoint of another service",
      [nat, changed(endpoint, "serviceName", "com.amazonaws.eu-north-1.dynamodb")],
      "subnetId",
    ),
    boundary("an endpoint of another region", [nat, { ...endpoint, provider: "frankfurt" }], "subnetId"),
    unknown("an endpoint whose service `up` decides", [nat, changed(endpoint, "serviceName", UNKNOWN)], "subnetId"),
  ],

  *check(rows) {
    for (const row of rows) {
      if (row.type !== NAT) continue;
      const services = rows
        .filter(({ type, provider }) => type === ENDPOINT && provider === row.provider)
        .map(({ inputs }) => inputs["serviceName"]);
      if (services.some(isObjectStorage)) continue;
      yield {
        urn: row.urn,
        path: "subnetId",
        message: `What ${row.name} passes to S3 is billed by the gigabyte.`,
        value: services.includes(UNKNOWN) ? UNKNOWN : "no endpoint for S3",
        limit: "a gateway endpoint for S3",
      };
    }
  },
};

const isObjectStorage = (service: Row["inputs"][string] | undefined): boolean =>
  asText(service)?.endsWith(".s3") === true && service !== UNKNOWN;
