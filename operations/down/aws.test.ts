import { expect, test } from "vitest";
import { InputError } from "../errors.ts";
import type { AwsAnswer } from "../resolve/aws-cli.ts";
import { AwsInventory } from "./aws.ts";

const Tags = [
  { Key: "Name", Value: "burst" },
  { Key: "splitfleet/environment", Value: "factory" },
];
const ANSWERS: Readonly<Record<string, unknown>> = {
  "describe-auto-scaling-groups": { AutoScalingGroups: [{ AutoScalingGroupName: "burst-group", Tags }] },
  "describe-instances": { Reservations: [{ Instances: [{ InstanceId: "i-1", Tags }, { InstanceId: "i-2" }] }] },
  "describe-volumes": { Volumes: [{ VolumeId: "vol-1", Tags }] },
  "describe-snapshots": { Snapshots: [{ SnapshotId: "snap-1", Tags }] },
  "describe-addresses": { Addresses: [{ AllocationId: "eipalloc-1", Tags }] },
  "describe-capacity-reservations": {
    CapacityReservations: [
      { CapacityReservationId: "cr-1", ReservationType: "default", Tags },
      { CapacityReservationId: "cr-2", ReservationType: "capacity-block", Tags },
    ],
  },
};

function account(answer = (args: readonly string[]): AwsAnswer => ({ value: ANSWERS[args[1] ?? ""] ?? null })) {
  const calls: string[] = [];
  const ask = async (args: readonly string[]): Promise<AwsAnswer> => {
    calls.push(args.join(" "));
    return answer(args);
  };
  return { inventory: new AwsInventory(ask, "eu-north-1"), calls };
}

test("lists what bills, groups first, and says what can not be given back", async () => {
  const found = await account().inventory.list();
  expect(found.map(({ kind, id, name, environment, stays }) => [kind, id, name, environment, stays])).toEqual([
    ["Auto Scaling group", "burst-group", "burst", "factory", undefined],
    ["instance", "i-1", "burst", "factory", undefined],
    ["instance", "i-2", "", undefined, undefined],
    ["volume", "vol-1", "burst", "factory", undefined],
    ["snapshot", "snap-1", "burst", "factory", undefined],
    ["address", "eipalloc-1", "burst", "factory", undefined],
    ["capacity reservation", "cr-1", "burst", "factory", undefined],
    ["capacity reservation", "cr-2", "burst", "factory", "a Capacity Block is paid up front and can not be given back"],
  ]);
});

test("removes each kind by its own command, in its region", async () => {
  const { inventory, calls } = account();
  for (const found of await inventory.list()) await inventory.remove(found);
  expect(calls.slice(6)).toEqual([
    "autoscaling delete-auto-scaling-group --auto-scaling-group-name burst-group --force-delete --region eu-north-1",
    "ec2 terminate-instances --instance-ids i-1 --region eu-north-1",
    "ec2 terminate-instances --instance-ids i-2 --region eu-north-1",
    "ec2 delete-volume --volume-id vol-1 --region eu-north-1",
    "ec2 delete-snapshot --snapshot-id snap-1 --region eu-north-1",
    "ec2 release-address --allocation-id eipalloc-1 --region eu-north-1",
    "ec2 cancel-capacity-reservation --capacity-reservation-id cr-1 --region eu-north-1",
    "ec2 cancel-capacity-reservation --capacity-reservation-id cr-2 --region eu-north-1",
  ]);
});

test("says that it can not ask: no program, no right, another shape", async () => {
  const { inventory } = account(() => ({ unavailable: "the AWS CLI is not installed" }));
  await expect(inventory.list()).rejects.toMatchObject({ name: "Unasked", message: "the AWS CLI is not installed" });
  const refused = account(() => {
    throw new InputError("aws autoscaling: UnauthorizedOperation.");
  });
  await expect(refused.inventory.list()).rejects.toMatchObject({ name: "Unasked" });
  await expect(account(() => ({ value: {} })).inventory.list()).rejects.toMatchObject({ name: "Unasked" });
});
