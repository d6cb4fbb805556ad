import { createHash } from "node:crypto";
import type * as command from "@pulumi/command";
import * as hcloud from "@pulumi/hcloud";
import * as pulumi from "@pulumi/pulumi";
import type * as tailscale from "@pulumi/tailscale";
import { refine, type Transform } from "../component.ts";
import { joinKey } from "../mesh/join-key.ts";
import type { NodeBundle } from "./node-config/bundle/bundle.ts";
import { cloudInit, type CloudInitArgs } from "./node-config/cloud-init.ts";
import { NodeConfiguration } from "./node-configuration.ts";

export interface HetznerNodeTransforms {
  readonly server?: Transform<hcloud.ServerArgs>;
  readonly attachment?: Transform<hcloud.ServerNetworkArgs>;
  readonly joinKey?: Transform<tailscale.TailnetKeyArgs>;
  readonly apply?: Transform<command.remote.CommandArgs>;
}

export interface HetznerNodeArgs {
  readonly serverType: string;
  readonly location: string;
  readonly image: string;
  readonly backups: boolean;
  readonly placementGroupId: pulumi.Input<number>;
  /** Set where the placement group has no room for a successor beside this server: it goes before its successor comes. */
  readonly groupIsFull: boolean;
  readonly subnetId: pulumi.Input<string>;
  /** Address in the private network. */
  readonly privateAddress: string;
  /** Of the node in the mesh. */
  readonly tag: string;
  readonly labels: Record<string, string>;
  /** Everything of the user data but the key, which is minted here. */
  readonly config: Omit<CloudInitArgs, "join" | "bundle">;
  /** What it is configured with once it has joined the mesh. */
  readonly bundle: NodeBundle;
  /** Name of the node in the mesh. */
  readonly host: string;
  /** Configurations of nodes that have to be healthy before this one changes. */
  readonly after: readonly NodeConfiguration[];
  readonly transform?: HetznerNodeTransforms;
}

/**
 * One Hetzner server: join key, server, attachment to the private network, configuration. Image and user data count only when it is
 * created: a later change reaches it through the node bundle, never by replacing it. Bills by the hour until it is deleted,
 * also while it is off; a replacement is billed at today's price, not at the one it was bought at.
 */
export class HetznerNode extends pulumi.ComponentResource {
  readonly publicAddress: pulumi.Output<string>;
  readonly configuration: NodeConfiguration;
  readonly nodes: {
    readonly server: hcloud.Server;
    readonly attachment: hcloud.ServerNetwork;
    readonly joinKey: tailscale.TailnetKey;
  };

  constructor(name: string, args: HetznerNodeArgs, opts?: pulumi.ComponentResourceOptions) {
    super("splitfleet:compute:HetznerNode", name, {}, opts);
    const {
      serverType,
      location,
      image,
      backups,
      placementGroupId,
      groupIsFull,
      subnetId,
      privateAddress,
      tag,
      labels,
      config,
      bundle,
      host,
      after,
      transform,
    } = args;

    const key = joinKey(
      `${name}-join-key`,
      {
        tag,
        trigger: fingerprint({ location }),
        ...(transform?.joinKey === undefined ? {} : { transform: transform.joinKey }),
      },
      { parent: this },
    );
    const server = new hcloud.Server(
      `${name}-server`,
      refine<hcloud.ServerArgs>(
        "hcloud:index/server:Server",
        {
          serverType,
          location,
          image,
          backups,
          placementGroupId,
          labels,
          keepDisk: true,
          publicNets: [{ ipv4Enabled: true, ipv6Enabled: true }],
          userData: pulumi.secret(key.key).apply((secret) => cloudInit({ ...config, join: { key: secret } })),
        },
        transform?.server,
      ),
      { parent: this, ignoreChanges: ["image", "userData"], deleteBeforeReplace: groupIsFull },
    );
    const attachment = new hcloud.ServerNetwork(
      `${name}-attachment`,
      refine<hcloud.ServerNetworkArgs>(
        "hcloud:index/serverNetwork:ServerNetwork",
        { serverId: server.id.apply(Number), subnetId, ip: privateAddress, aliasIps: [] },
        transform?.attachment,
      ),
      // A private address can be held once: the new server gets it after the old one has given it up.
      { parent: this, deleteBeforeReplace: true },
    );

    this.configuration = new NodeConfiguration(
      `${name}-configuration`,
      { bundle, host, machine: server.id, boots: true, after, transform: { apply: transform?.apply } },
      // It is reached at its own address only once it has it.
      { parent: this, dependsOn: [attachment] },
    );
    this.publicAddress = server.ipv4Address;
    this.nodes = { server, attachment, joinKey: key };
    this.registerOutputs({ publicAddress: this.publicAddress, privateAddress, bundle: bundle.hash });
  }
}

/** Short, stable digest of the inputs whose change makes Hetzner create the server anew. */
const fingerprint = (inputs: Record<string, string>): string =>
  createHash("sha256").update(JSON.stringify(inputs)).digest("hex").slice(0, 16);
