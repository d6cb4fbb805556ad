import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { refine, type Transform } from "../component.ts";
import { receiveCommand } from "../delivery/bundle.ts";
import { meshConnection, onNode } from "../delivery/remote.ts";
import type { NodeBundle } from "./node-config/bundle/bundle.ts";
import { NODE_ROOT } from "./node-config/install.ts";

export interface NodeConfigurationArgs {
  readonly bundle: NodeBundle;
  /** Name of the node in the mesh. */
  readonly host: string;
  /** Id of the machine: one that was made anew gets everything again. */
  readonly machine: pulumi.Input<string>;
  /** Whether the same run may only just have made the machine, which then has to boot first. */
  readonly boots: boolean;
  /** Configurations of nodes that have to be healthy first. */
  readonly after: readonly NodeConfiguration[];
  readonly transform?: { readonly apply?: Transform<command.remote.CommandArgs> | undefined };
}

/**
 * What one node is configured with. The bundle goes to the node over the mesh whenever its hash changes; the node keeps
 * three, goes back by itself to the one before if it does not become healthy, and `up` then fails and leaves the nodes after
 * it alone. Costs nothing.
 */
export class NodeConfiguration extends pulumi.ComponentResource {
  /** Hash of the bundle that the node is to have. */
  readonly hash: string;
  readonly nodes: { readonly apply: command.remote.Command };

  constructor(name: string, args: NodeConfigurationArgs, opts?: pulumi.ComponentResourceOptions) {
    const { bundle, host, machine, boots, after, transform } = args;
    // Rules judge what lies on the node afterwards; none of it is secret.
    super("splitfleet:compute:NodeConfiguration", name, { hash: bundle.hash, host, files: bundle.installed }, opts);
    const apply = new command.remote.Command(
      `${name}-apply`,
      refine<command.remote.CommandArgs>(
        "command:remote:Command",
        {
          connection: meshConnection(host, boots),
          create: onNode(machine, receiveCommand(NODE_ROOT, bundle.hash)),
          stdin: bundle.text,
          addPreviousOutputInEnv: false,
        },
        transform?.apply,
      ),
      { parent: this, dependsOn: after.map(({ nodes }) => nodes.apply) },
    );
    this.hash = bundle.hash;
    this.nodes = { apply };
    this.registerOutputs({ hash: bundle.hash });
  }
}
