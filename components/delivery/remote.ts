import type * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";

const DIAL_SECONDS = 15;

/** A node that was only just made has ten minutes to boot and to join the mesh; one that is there has two to answer. */
const DIALS = { booting: 40, running: 8 } as const;

/**
 * How commands reach a node: Tailscale SSH knows who calls by the mesh's own identity, so there is no key, and no host key
 * to learn.
 *
 * @param host Name of the node in the mesh.
 * @param boots Whether the same run may only just have made the node.
 */
export const meshConnection = (host: string, boots: boolean): command.types.input.remote.ConnectionArgs => ({
  host,
  user: "root",
  perDialTimeout: DIAL_SECONDS,
  dialErrorLimit: boots ? DIALS.booting : DIALS.running,
});

/**
 * A command that runs again on a node that was made anew. The node's id stands in the command and is no trigger: a trigger
 * would run the `delete` of the old node's release on the new node.
 */
export const onNode = (node: pulumi.Input<string>, text: string): pulumi.Output<string> =>
  pulumi.interpolate`# node ${node}\n${text}`;
