import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { refine, type Transform } from "../component.ts";
import { receiveCommand } from "../delivery/bundle.ts";
import { meshConnection, onNode } from "../delivery/remote.ts";
import {
  packed,
  PROJECT_ROOT,
  receiveSecretsCommand,
  releaseFiles,
  removeCommand,
  secretLines,
} from "./compose/bundle.ts";
import type { Project } from "./compose/project.ts";

export interface ComposeProjectArgs {
  readonly project: Project;
  /** Name of the node in the mesh. */
  readonly host: string;
  /** Id of the node: one that was made anew gets everything again. */
  readonly node: pulumi.Input<string>;
  /** Values of the secrets that its containers read, by place. */
  readonly secrets: Readonly<Record<string, pulumi.Output<string>>>;
  readonly transform?: { readonly release?: Transform<command.remote.CommandArgs> };
}

/**
 * The workloads of a VPS without k3s as one Docker Compose project. A release goes to the node over the mesh whenever one
 * of its files changes; the node keeps three, goes back by itself to the one before if a container does not become
 * healthy, and `up` then fails. Volumes and secrets outlive the project; costs nothing beside the node.
 */
export class ComposeProject extends pulumi.ComponentResource {
  /** Name of the release that the node is to run. */
  readonly release: string;
  readonly nodes: { readonly release: command.remote.Command; readonly secrets: command.remote.Command | undefined };

  constructor(name: string, args: ComposeProjectArgs, opts?: pulumi.ComponentResourceOptions) {
    const { project, host, node, secrets, transform } = args;
    // Rules judge the containers: what they are is no secret.
    super("splitfleet:runtime:ComposeProject", name, { services: project.compose.services }, opts);
    const connection = meshConnection(host, true);
    const child = { parent: this };

    const delivered =
      Object.keys(secrets).length === 0
        ? undefined
        : new command.remote.Command(
            `${name}-secrets`,
            refine<command.remote.CommandArgs>("command:remote:Command", {
              connection,
              create: onNode(node, receiveSecretsCommand(PROJECT_ROOT)),
              stdin: pulumi.secret(pulumi.all(secrets).apply(secretLines)),
              logging: "none",
              addPreviousOutputInEnv: false,
            }),
            child,
          );
    const { text, hash } = packed(releaseFiles(project, PROJECT_ROOT));
    const release = new command.remote.Command(
      `${name}-release`,
      refine<command.remote.CommandArgs>(
        "command:remote:Command",
        {
          connection,
          create: onNode(node, receiveCommand(PROJECT_ROOT, hash)),
          delete: removeCommand(PROJECT_ROOT),
          stdin: text,
          addPreviousOutputInEnv: false,
        },
        transform?.release,
      ),
      { ...child, dependsOn: delivered === undefined ? [] : [delivered] },
    );
    this.release = hash;
    this.nodes = { release, secrets: delivered };
    this.registerOutputs({ release: hash });
  }
}
