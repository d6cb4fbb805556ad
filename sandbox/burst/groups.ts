import { hostAddress } from "../../components/network/ranges.ts";
import { makeId } from "../twin/ids.ts";
import { GROUP, GROUP_TAG, groupOfInstance, INSTANCE, LAUNCH_TEMPLATE, SUBNET } from "../twin/kinds/aws/common.ts";
import { select, textAt } from "../twin/protocol/paths.ts";
import { isObject, type Properties } from "../twin/protocol/values.ts";
import type { WorldObject } from "../twin/world/objects.ts";
import { readFaults } from "../twin/world/settings.ts";
import type { World } from "../twin/world/world.ts";
import { boundsNow } from "./schedule.ts";

/** An Auto Scaling group of the simulated AWS. */
export interface Group {
  readonly object: WorldObject;
  readonly name: string;
  readonly minimum: number;
  readonly maximum: number;
  readonly desired: number;
  readonly tags: Readonly<Record<string, string>>;
  /** The first is what Cluster Autoscaler models. */
  readonly instanceType: string;
  readonly subnets: readonly { readonly id: string; readonly zone: string; readonly range: string }[];
}

export interface Instance {
  readonly object: WorldObject;
  readonly id: string;
  /** Name of its group. */
  readonly group: string;
  /** As its group's label says. */
  readonly pool: string;
  readonly zone: string;
  readonly privateAddress: string;
  readonly state: "pending" | "running";
  /** When it is going to be taken away; undefined without a notice. */
  readonly interruption: Date | undefined;
}

const OVERRIDES = "mixedInstancesPolicy.launchTemplate.overrides[*].instanceType";

export function groupsOf(world: World): Group[] {
  const subnets = new Map(world.ofType(SUBNET).map((subnet) => [subnet.id, subnet.inputs]));
  const templates = new Map(world.ofType(LAUNCH_TEMPLATE).map(({ id, inputs }) => [id, inputs["instanceType"]]));
  return world.ofType(GROUP).map((object) => {
    const { inputs, facts, id } = object;
    const name = textAt(inputs, "name") ?? id;
    const stated = { minimum: Number(inputs["minSize"]), maximum: Number(inputs["maxSize"]) };
    const { minimum, maximum } = boundsNow(world, name, stated);
    return {
      object,
      name,
      minimum,
      maximum,
      desired: Math.min(maximum, Number(facts["desiredCapacity"] ?? inputs["desiredCapacity"] ?? minimum)),
      tags: Object.fromEntries(tagsOf(inputs).map(({ key, value }) => [String(key), String(value)])),
      instanceType: String(
        select(inputs, OVERRIDES)[0]?.value ?? templates.get(textAt(inputs, "launchTemplate.id") ?? ""),
      ),
      subnets: select(inputs, "vpcZoneIdentifiers[*]").flatMap(({ value }) => {
        const subnet = subnets.get(String(value));
        if (subnet === undefined) return [];
        const { availabilityZone, cidrBlock } = subnet;
        return [{ id: String(value), zone: String(availabilityZone), range: String(cidrBlock) }];
      }),
    };
  });
}

export function instancesOf(world: World): Instance[] {
  return world.ofType(INSTANCE).map((object) => {
    const { inputs, facts, id } = object;
    const interruption = textAt(facts, "spotInterruptionTime");
    return {
      object,
      id,
      group: groupOfInstance(inputs) ?? "",
      pool: isObject(inputs["tags"]) ? String(inputs["tags"]["splitfleet/pool"] ?? "") : "",
      zone: textAt(inputs, "availabilityZone") ?? "",
      privateAddress: textAt(inputs, "privateIp") ?? "",
      state: facts["instanceState"] === "running" ? "running" : "pending",
      interruption: interruption === undefined ? undefined : new Date(interruption),
    };
  });
}

const tagsOf = (inputs: Properties): Properties[] =>
  select(inputs, "tags[*]").flatMap(({ value }) => (isObject(value) ? [value] : []));

export function setDesired(world: World, { object }: Group, desired: number): void {
  world.put("update", { ...object, facts: { ...object.facts, desiredCapacity: desired } });
}

/** One more instance, in the zone of the group that has the fewest; its tags are those that the group passes on. */
export function launch(world: World, { object, name, instanceType, subnets }: Group): void {
  const all = instancesOf(world);
  const inZone = (zone: string): number => all.filter((one) => one.group === name && one.zone === zone).length;
  const [subnet] = subnets.toSorted((a, b) => inZone(a.zone) - inZone(b.zone));
  if (subnet === undefined) throw new Error(`the Auto Scaling group ${name} has no subnet to launch an instance in`);
  const taken = new Set(all.map(({ privateAddress }) => privateAddress));
  const addresses = Array.from({ length: all.length + 1 }, (_, index) => hostAddress(subnet.range, index + 1));
  const passedOn = tagsOf(object.inputs).filter(({ propagateAtLaunch }) => propagateAtLaunch === true);
  world.put("create", {
    package: "aws",
    type: INSTANCE,
    id: makeId("aws", "i", world.random(8)),
    // It belongs to its group, not to a resource of the program.
    urn: "",
    inputs: {
      instanceType,
      availabilityZone: subnet.zone,
      subnetId: subnet.id,
      privateIp: addresses.find((address) => !taken.has(address)) ?? "",
      tags: {
        ...Object.fromEntries(passedOn.map(({ key, value }) => [String(key), String(value)])),
        [GROUP_TAG]: name,
      },
    },
    facts: { instanceState: "pending" },
    revision: 1,
    createdAt: world.now().toISOString(),
  });
}

/** Launches what a group lacks of its desired size and the account's quota allows, as EC2 Auto Scaling does. */
export function fill(world: World, group: Group): void {
  const all = instancesOf(world);
  const missing = group.desired - all.filter((one) => one.group === group.name).length;
  const allowed = (readFaults(world.marker).quotas?.spotInstances ?? Infinity) - all.length;
  for (let index = 0; index < Math.min(missing, allowed); index++) launch(world, group);
}

/** Those that a group has beyond its desired size, the youngest; a notice is on its way to those that have one. */
export function surplus(world: World, { name, desired }: Group): Instance[] {
  const staying = instancesOf(world).filter((one) => one.group === name && one.interruption === undefined);
  return staying.slice(desired);
}

export function change(world: World, { object }: Instance, facts: Properties): void {
  world.put("update", { ...object, facts: { ...object.facts, ...facts } });
}
