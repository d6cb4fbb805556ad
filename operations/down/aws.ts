import { z } from "zod";
import { InputError } from "../errors.ts";
import type { AwsCli } from "../resolve/aws-cli.ts";
import { Unasked, OWNER_LABEL, type Found, type Inventory } from "./found.ts";

const tags = z
  .array(z.object({ Key: z.string(), Value: z.string() }))
  .nullish()
  .transform((list) => new Map((list ?? []).map(({ Key, Value }) => [Key, Value])));

interface Thing {
  readonly id: string;
  readonly tags: ReadonlyMap<string, string>;
  readonly stays?: string;
}

/** What of AWS bills by the hour or the gigabyte, and can be left behind by a group, a launch or a restore. */
interface Kind {
  readonly list: readonly string[];
  readonly answer: z.ZodType<readonly Thing[]>;
  readonly remove: (id: string) => readonly string[];
}

const named = z.object({ Tags: tags });
const LIVING = "Name=instance-state-name,Values=pending,running,stopping,stopped";

/** In the order in which they have to go: a group would launch its instances again. */
const KINDS: Readonly<Record<string, Kind>> = {
  "Auto Scaling group": {
    list: ["autoscaling", "describe-auto-scaling-groups"],
    answer: z
      .object({ AutoScalingGroups: z.array(named.extend({ AutoScalingGroupName: z.string() })) })
      .transform(({ AutoScalingGroups: all }) => all.map((one) => ({ id: one.AutoScalingGroupName, tags: one.Tags }))),
    remove: (id) => ["autoscaling", "delete-auto-scaling-group", "--auto-scaling-group-name", id, "--force-delete"],
  },
  instance: {
    list: ["ec2", "describe-instances", "--filters", LIVING],
    answer: z
      .object({ Reservations: z.array(z.object({ Instances: z.array(named.extend({ InstanceId: z.string() })) })) })
      .transform(({ Reservations: all }) =>
        all.flatMap(({ Instances }) => Instances.map((one) => ({ id: one.InstanceId, tags: one.Tags }))),
      ),
    remove: (id) => ["ec2", "terminate-instances", "--instance-ids", id],
  },
  volume: {
    list: ["ec2", "describe-volumes"],
    answer: z
      .object({ Volumes: z.array(named.extend({ VolumeId: z.string() })) })
      .transform(({ Volumes: all }) => all.map((one) => ({ id: one.VolumeId, tags: one.Tags }))),
    remove: (id) => ["ec2", "delete-volume", "--volume-id", id],
  },
  snapshot: {
    list: ["ec2", "describe-snapshots", "--owner-ids", "self"],
    answer: z
      .object({ Snapshots: z.array(named.extend({ SnapshotId: z.string() })) })
      .transform(({ Snapshots: all }) => all.map((one) => ({ id: one.SnapshotId, tags: one.Tags }))),
    remove: (id) => ["ec2", "delete-snapshot", "--snapshot-id", id],
  },
  address: {
    list: ["ec2", "describe-addresses"],
    answer: z
      .object({ Addresses: z.array(named.extend({ AllocationId: z.string() })) })
      .transform(({ Addresses: all }) => all.map((one) => ({ id: one.AllocationId, tags: one.Tags }))),
    remove: (id) => ["ec2", "release-address", "--allocation-id", id],
  },
  "capacity reservation": {
    list: ["ec2", "describe-capacity-reservations", "--filters", "Name=state,Values=active,pending,scheduled"],
    answer: z
      .object({
        CapacityReservations: z.array(
          named.extend({ CapacityReservationId: z.string(), ReservationType: z.string().optional() }),
        ),
      })
      .transform(({ CapacityReservations: all }) =>
        all.map((one) => ({
          id: one.CapacityReservationId,
          tags: one.Tags,
          ...(one.ReservationType === "capacity-block"
            ? { stays: "a Capacity Block is paid up front and can not be given back" }
            : {}),
        })),
      ),
    remove: (id) => ["ec2", "cancel-capacity-reservation", "--capacity-reservation-id", id],
  },
};

/** What bills in one region of an AWS account. */
export class AwsInventory implements Inventory {
  readonly provider: string;
  readonly #ask: AwsCli;
  readonly #region: string;

  constructor(ask: AwsCli, region: string) {
    this.provider = `aws ${region}`;
    this.#ask = ask;
    this.#region = region;
  }

  async list(): Promise<readonly Found[]> {
    const found: Found[] = [];
    for (const [kind, { list, answer }] of Object.entries(KINDS)) {
      const all = answer.safeParse(await this.#call(list));
      if (!all.success) throw new Unasked(`aws ${list.join(" ")}: another shape\n${z.prettifyError(all.error)}`);
      found.push(...all.data.map((thing) => this.#toFound(kind, thing)));
    }
    return found;
  }

  async remove({ kind, id }: Found): Promise<void> {
    const known = KINDS[kind];
    if (known === undefined) throw new Error(`${kind} is no kind that is removed at AWS`);
    await this.#call(known.remove(id));
  }

  async #call(args: readonly string[]): Promise<unknown> {
    const answer = await this.#ask([...args, "--region", this.#region]).catch((error: unknown) => {
      throw error instanceof InputError ? new Unasked(error.message) : error;
    });
    if ("unavailable" in answer) throw new Unasked(answer.unavailable);
    return answer.value;
  }

  #toFound(kind: string, { id, tags: own, stays }: Thing): Found {
    const found = { provider: this.provider, kind, id, name: own.get("Name") ?? "", environment: own.get(OWNER_LABEL) };
    return stays === undefined ? found : { ...found, stays };
  }
}
