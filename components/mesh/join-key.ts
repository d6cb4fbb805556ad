import * as pulumi from "@pulumi/pulumi";
import * as tailscale from "@pulumi/tailscale";
import { refine, type Transform } from "../component.ts";

/** An hour: long enough for a first boot, short enough to be worthless in a backup. */
const LIFETIME_SECONDS = 3600;

export interface JoinKeyArgs {
  /** Of the device that joins with it. */
  readonly tag: string;
  /** Changes exactly when the node is created anew; a new value mints a new key, the passing of time does not. */
  readonly trigger: string;
  readonly transform?: Transform<tailscale.TailnetKeyArgs>;
}

/** One node's way into the mesh: a single-use, tagged key. It is secret, spent at first boot, and worth nothing after an hour. */
export function joinKey(name: string, args: JoinKeyArgs, opts: pulumi.CustomResourceOptions): tailscale.TailnetKey {
  return new tailscale.TailnetKey(
    name,
    refine<tailscale.TailnetKeyArgs>(
      "tailscale:index/tailnetKey:TailnetKey",
      {
        description: name.slice(0, 50),
        reusable: false,
        ephemeral: false,
        preauthorized: true,
        expiry: LIFETIME_SECONDS,
        recreateIfInvalid: "never",
        tags: [args.tag],
      },
      args.transform,
    ),
    { ...opts, replacementTrigger: args.trigger },
  );
}
