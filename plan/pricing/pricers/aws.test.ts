import { expect, test } from "vitest";
import { awsIn, estimated, lines, reported, row } from "../testing.ts";

const provider = awsIn("eu-north-1");

test("a NAT gateway costs its hours, and its bytes are named", () => {
  const result = estimated([provider, row("aws:ec2/natGateway:NatGateway", "nat", {})]);
  expect(lines(result)).toEqual([
    "NAT gateway in eu-north-1 (at 1.25 USD/EUR of 2026-01-01): 0.0368 / 26.86, 0.0368 / 26.86",
  ]);
  expect(reported(result)).toEqual(["cost/no-usage advisory nat  = "]);
});

test("a public address costs the same in every region", () => {
  expect(lines(estimated([provider, row("aws:ec2/eip:Eip", "address", {})]))).toEqual([
    "public IPv4 in eu-north-1 (at 1.25 USD/EUR of 2026-01-01): 0.0040 / 2.92, 0.0040 / 2.92",
  ]);
});

test("a resource's own region comes before its provider's", () => {
  expect(reported(estimated([provider, row("aws:ec2/natGateway:NatGateway", "nat", { region: "eu-west-9" })]))).toEqual(
    ["cost/unknown-price mandatory nat  = "],
  );
});

test("a disk costs its size; what gp3 does not include has no price yet", () => {
  const disk = { size: 100, type: "gp3", iops: 3000, throughput: 125 };
  const plain = estimated([provider, row("aws:ebs/volume:Volume", "disk", disk)]);
  expect(lines(plain)).toEqual([
    "100 GB gp3 in eu-north-1 (at 1.25 USD/EUR of 2026-01-01): 0.0092 / 6.69, 0.0092 / 6.69",
  ]);
  expect(plain.findings).toEqual([]);
  const fast = estimated([provider, row("aws:ebs/volume:Volume", "disk", { ...disk, iops: 3001 })]);
  expect(reported(fast)).toEqual(["cost/unknown-price mandatory disk iops = 3001"]);
});

test("a disk without a type is gp2, as AWS would create it", () => {
  expect(
    estimated([provider, row("aws:ebs/volume:Volume", "disk", { size: 100 })]).findings.map((f) => f.message),
  ).toEqual(["The cost of disk is unknown: no price aws/volume/gp2/eu-north-1."]);
});

test("only gateway endpoints are free", () => {
  const endpoint = (inputs: { vpcEndpointType?: string }) => [
    provider,
    row("aws:ec2/vpcEndpoint:VpcEndpoint", "endpoint", inputs),
  ];
  expect(reported(estimated(endpoint({})))).toEqual([]);
  expect(reported(estimated(endpoint({ vpcEndpointType: "Gateway" })))).toEqual([]);
  expect(reported(estimated(endpoint({ vpcEndpointType: "Interface" })))).toEqual([
    "cost/no-price mandatory endpoint vpcEndpointType = Interface",
  ]);
});

test("what is billed by its use is named, not counted as zero", () => {
  expect(reported(estimated([provider, row("aws:s3/bucket:Bucket", "backups", {})]))).toEqual([
    "cost/no-usage advisory backups  = ",
  ]);
});
