import { afterEach, beforeEach, expect, test } from "vitest";
import { TestRehearsal, urnOf, type TestProvider } from "../protocol/test-client.ts";

const vpc = urnOf("aws:ec2/vpc:Vpc", "net");
const subnet = urnOf("aws:ec2/subnet:Subnet", "a");
const role = urnOf("aws:iam/role:Role", "node");
const profile = urnOf("aws:iam/instanceProfile:InstanceProfile", "node");
const template = urnOf("aws:ec2/launchTemplate:LaunchTemplate", "gpu");
const group = urnOf("aws:autoscaling/group:Group", "gpu");

let rehearsal: TestRehearsal;
let aws: TestProvider;
beforeEach(async () => {
  rehearsal = new TestRehearsal();
  aws = await rehearsal.provider("aws");
});
afterEach(() => rehearsal.end());

test("ids and names say that nothing is real", async () => {
  await aws.configure({ region: "eu-north-1" });
  const { id, state } = await aws.create(vpc, { cidrBlock: "10.1.0.0/16" });
  expect([id, state["arn"], state["ownerId"]]).toEqual([
    "twin-vpc-00000000000010000",
    "arn:aws:ec2:eu-north-1:000000000000:vpc/twin-vpc-00000000000010000",
    "000000000000",
  ]);
});

test("a VPC with a subnet can not be deleted", async () => {
  const { id: vpcId } = await aws.create(vpc, { cidrBlock: "10.1.0.0/16" });
  const { id } = await aws.create(subnet, { vpcId, cidrBlock: "10.1.1.0/24" });
  await expect(aws.delete(vpc, vpcId)).rejects.toThrow(
    `DependencyViolation: The Vpc '${vpcId}' has dependencies (${id}) and cannot be deleted.`,
  );
  await aws.delete(subnet, id);
  await aws.delete(vpc, vpcId);
});

test("a subnet needs its VPC and a range of its own", async () => {
  const { id: vpcId } = await aws.create(vpc, { cidrBlock: "10.1.0.0/16" });
  await aws.create(subnet, { vpcId, cidrBlock: "10.1.1.0/24" });
  await expect(aws.create(subnet, { vpcId, cidrBlock: "10.1.1.0/24" })).rejects.toThrow(
    "InvalidSubnet.Conflict: The CIDR '10.1.1.0/24' conflicts with another subnet",
  );
  await expect(aws.create(subnet, { vpcId: "twin-vpc-1", cidrBlock: "10.1.2.0/24" })).rejects.toThrow(
    "InvalidVpcID.NotFound: The Vpc ID 'twin-vpc-1' does not exist",
  );
});

test("a role is referred to by name and goes last", async () => {
  const { id: roleId } = await aws.create(role, { name: "node", assumeRolePolicy: "{}" });
  const { id: profileId } = await aws.create(profile, { name: "node", role: "node" });
  await expect(aws.delete(role, roleId)).rejects.toThrow(
    `DeleteConflict: Cannot delete entity, must remove InstanceProfile ${profileId} first.`,
  );
});

test("the launch template finds its instance profile by the ARN that it was given", async () => {
  await aws.create(role, { name: "node", assumeRolePolicy: "{}" });
  const { state } = await aws.create(profile, { name: "node", role: "node" });
  const arn = String(state["arn"]);
  expect(arn).toBe("arn:aws:iam::000000000000:instance-profile/node");
  await aws.create(template, { name: "gpu", iamInstanceProfile: { arn } });
  await expect(aws.create(template, { name: "b", iamInstanceProfile: { arn: `${arn}x` } })).rejects.toThrow("NotFound");
});

test("a name is made of a prefix by the API, not by the provider", async () => {
  const { inputs } = await aws.check(template, { namePrefix: "gpu-" });
  expect(inputs).toEqual({ namePrefix: "gpu-" });
  const { state } = await aws.create(template, inputs);
  expect(state["name"]).toMatch(/^gpu-[0-9a-f]{26}$/);
});

test("an automatic name that is too long says what to do", async () => {
  const long = urnOf("aws:iam/role:Role", "r".repeat(60));
  const { failures } = await aws.check(long, { assumeRolePolicy: "{}" });
  expect(failures.map(({ reason }) => reason.replace(/r{60}-[0-9a-f]{7}/, "<name>"))).toEqual([
    "the automatic name <name> has 68 characters, at most 64 are allowed: shorten the resource's name or set name",
  ]);
});

test("a group's sizes must fit together", async () => {
  const sizes = { name: "gpu", minSize: 0, maxSize: 2 };
  await expect(aws.create(group, { ...sizes, desiredCapacity: 3 })).rejects.toThrow(
    "ValidationError: Desired capacity:3 must be between the specified min size:0 and max size:2",
  );
  await expect(aws.create(group, { ...sizes, minSize: 3 })).rejects.toThrow(
    "ValidationError: Max bound must be greater than or equal to min bound",
  );
  expect((await aws.create(group, sizes)).state["desiredCapacity"]).toBe(0);
});

test("what AWS has only just made is asked for again, and not for ever", async () => {
  rehearsal.write("faults.json", { visibleAfterMs: 30 });
  await aws.create(role, { name: "node", assumeRolePolicy: "{}" });
  await aws.create(profile, { name: "node", role: "node" });
  rehearsal.write("faults.json", { visibleAfterMs: 120_001 });
  await expect(aws.create(profile, { name: "other", role: "node" })).rejects.toThrow(
    "InvalidRoleID.NotFound: The Role ID 'node' does not exist",
  );
});

test("a scheduled action needs its group, a name of its own and a time to come", async () => {
  const schedule = urnOf("aws:autoscaling/schedule:Schedule", "end");
  const wanted = { autoscalingGroupName: "gpu", scheduledActionName: "end", startTime: "2999-01-01T00:00:00Z" };
  await expect(aws.create(schedule, wanted)).rejects.toThrow("The Group ID 'gpu' does not exist");
  await aws.create(group, { name: "gpu", minSize: 0, maxSize: 2 });
  await aws.create(schedule, wanted);
  await expect(aws.create(schedule, wanted)).rejects.toThrow("AlreadyExists: Scheduled action by this name");
  const past = { ...wanted, scheduledActionName: "past", startTime: "2020-01-01T00:00:00Z" };
  await expect(aws.create(schedule, past)).rejects.toThrow("ValidationError: Given start time is in the past");
});

test("a Capacity Block is bought once, and stays when the program forgets it", async () => {
  const block = urnOf("aws:ec2/capacityBlockReservation:CapacityBlockReservation", "block");
  const wanted = { capacityBlockOfferingId: "cb-0123456789abcdef0", instancePlatform: "Linux/UNIX" };
  const { id } = await aws.create(block, wanted);
  await aws.delete(block, id);
  expect(rehearsal.world.objects("aws").all()).toMatchObject([{ id, urn: "" }]);
  await expect(aws.create(block, wanted)).rejects.toThrow(
    "InvalidCapacityBlockOffering: the offering 'cb-0123456789abcdef0' is not available any more",
  );
});
