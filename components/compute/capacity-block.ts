import {
  CapacityBlockReservation,
  type CapacityBlockReservationArgs,
} from "@pulumi/aws/ec2/capacityBlockReservation.js";
import * as pulumi from "@pulumi/pulumi";
import { refine, type Transform } from "../component.ts";

export interface CapacityBlockArgs {
  /** As AWS offers it, such as `cb-0123456789abcdef0`. An offer is good for minutes, and bought once. */
  readonly offering: string;
  readonly instances: number;
  readonly hours: number;
  /** What AWS charges at once for all of it. */
  readonly upfrontUsd: number;
  readonly approval: {
    /** Address of who has agreed. */
    readonly by: string;
    /** Last day on which that holds. */
    readonly until: string;
    /** What may be paid at most. */
    readonly upfrontUsd: number;
    readonly reason: string;
  };
  readonly labels: Record<string, string>;
  readonly transform?: { readonly reservation?: Transform<CapacityBlockReservationArgs> };
}

/**
 * GPU instances bought for a time, all of it paid when it is made. It can not be changed, given back or deleted: taking it
 * out of the program, or the environment down, forgets it and no more.
 */
export class CapacityBlock extends pulumi.ComponentResource {
  readonly reservationId: pulumi.Output<string>;
  readonly nodes: { readonly reservation: CapacityBlockReservation };

  constructor(name: string, args: CapacityBlockArgs, opts?: pulumi.ComponentResourceOptions) {
    const { labels, transform, ...facts } = args;
    // For the bill, and for the rule that judges the approval.
    super("splitfleet:compute:CapacityBlock", name, facts, opts);
    const reservation = new CapacityBlockReservation(
      `${name}-reservation`,
      refine<CapacityBlockReservationArgs>(
        "aws:ec2/capacityBlockReservation:CapacityBlockReservation",
        { capacityBlockOfferingId: facts.offering, instancePlatform: "Linux/UNIX", tags: labels },
        transform?.reservation,
      ),
      { parent: this },
    );
    this.reservationId = reservation.id;
    this.nodes = { reservation };
    this.registerOutputs({ reservationId: this.reservationId });
  }
}
