import * as pulumi from "@pulumi/pulumi";
import type { NodeBundle } from "./node-config/bundle/bundle.ts";
import { NodeConfiguration, type NodeConfigurationArgs } from "./node-configuration.ts";

/** What one owned machine costs, whether it works or not. */
export interface Economics {
  readonly capexEuros: number;
  readonly resaleEuros: number;
  readonly lifetimeMonths: number;
  readonly watts: number;
  readonly pue: number;
  readonly eurosPerKwh: number;
  readonly spaceEurosPerMonth: number;
  readonly labourHoursPerMonth: number;
  readonly labourEurosPerHour: number;
}

type State = "declared" | "enrolled" | "lost";

export interface OnpremMember {
  /** Only an enrolled node is configured: elsewhere nobody answers yet, or any more. */
  readonly state: State;
  readonly bundle: NodeBundle;
  /** Name of the node in the mesh. */
  readonly host: string;
}

export interface OnpremPoolArgs {
  readonly site: string;
  readonly pool: string;
  /** Nodes by id. A node that is not enrolled yet, or is lost, is part of the plan and never a reason to fail. */
  readonly members: Readonly<Record<string, OnpremMember>>;
  /** Configurations of nodes that have to be healthy before these change. */
  readonly after: readonly NodeConfiguration[];
  /** Machines on the shelf. */
  readonly spares: number;
  /** From the order of another machine until it works. */
  readonly leadTimeDays: number | undefined;
  /** Pods that the nodes which work today have no room for. */
  readonly withoutRoom: readonly string[];
  readonly economics: Economics;
  readonly labels: Record<string, string>;
}

/**
 * Machines that somebody already owns. Pulumi creates none of them: `enroll` makes one a member of mesh and cluster, and
 * from then on it is configured over the mesh like every other, one after the other.
 */
export class OnpremPool extends pulumi.ComponentResource {
  readonly nodes: { readonly members: Readonly<Record<string, OnpremNode>> };

  constructor(name: string, args: OnpremPoolArgs, opts?: pulumi.ComponentResourceOptions) {
    const { members, after, spares, leadTimeDays, withoutRoom, ...shared } = args;
    const states = Object.fromEntries(Object.entries(members).map(([id, { state }]) => [id, state]));
    // For prices and rules to read: there is no cloud resource that could say it.
    super("splitfleet:compute:OnpremPool", name, { states, spares, leadTimeDays, withoutRoom }, opts);
    const create = (id: string, state: State | "spare") =>
      new OnpremNode(`${name}-${id}`, { ...shared, state }, { parent: this });
    const created: Record<string, OnpremNode> = {};
    let before = after;
    for (const [id, { state, bundle, host }] of Object.entries(members)) {
      const node = (created[id] = create(id, state));
      if (state === "enrolled") before = [node.configure({ bundle, host, machine: id, boots: false, after: before })];
    }
    this.nodes = { members: created };
    for (let spare = 1; spare <= spares; spare += 1) create(`spare-${spare}`, "spare");
    this.registerOutputs({});
  }
}

/** One owned machine. Its inputs are what prices and rules read: it has no cloud resource that could say it. */
class OnpremNode extends pulumi.ComponentResource {
  readonly #name: string;

  constructor(
    name: string,
    {
      economics,
      ...facts
    }: Pick<OnpremPoolArgs, "site" | "pool" | "economics" | "labels"> & {
      readonly state: State | "spare";
    },
    opts: pulumi.ComponentResourceOptions,
  ) {
    super("splitfleet:compute:OnpremNode", name, { ...facts, ...economics }, opts);
    this.#name = name;
    this.registerOutputs({ state: facts.state });
  }

  configure(args: NodeConfigurationArgs): NodeConfiguration {
    return new NodeConfiguration(`${this.#name}-configuration`, args, { parent: this });
  }
}
