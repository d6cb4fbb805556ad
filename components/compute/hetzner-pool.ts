import * as hcloud from "@pulumi/hcloud";
import * as pulumi from "@pulumi/pulumi";
import { refine, reject, type Transform } from "../component.ts";
import type { NodeConfiguration } from "./node-configuration.ts";
import { HetznerNode, type HetznerNodeArgs, type HetznerNodeTransforms } from "./hetzner-node.ts";

/** Servers that Hetzner keeps apart in one spread placement group. */
const SPREAD_LIMIT = 10;

/** What differs between the nodes of a pool. */
export type PoolNode = Pick<HetznerNodeArgs, "privateAddress" | "config" | "bundle" | "host">;

export interface HetznerPoolArgs extends Omit<
  HetznerNodeArgs,
  "placementGroupId" | "groupIsFull" | "transform" | keyof PoolNode
> {
  /** Nodes by id: one that is added or removed leaves the others alone. They are configured one after the other. */
  readonly members: Readonly<Record<string, PoolNode>>;
  readonly transform?: HetznerNodeTransforms & { readonly placementGroup?: Transform<hcloud.PlacementGroupArgs> };
}

/** Servers of one shape in one location, on different hosts. */
export class HetznerPool extends pulumi.ComponentResource {
  /** Configuration of the node that is the last one to be configured. */
  readonly last: NodeConfiguration | undefined;
  readonly nodes: {
    readonly placementGroup: hcloud.PlacementGroup;
    readonly members: Readonly<Record<string, HetznerNode>>;
  };

  constructor(name: string, args: HetznerPoolArgs, opts?: pulumi.ComponentResourceOptions) {
    super("splitfleet:compute:HetznerPool", name, {}, opts);
    const { members, after, transform, ...shape } = args;
    const count = Object.keys(members).length;
    if (count > SPREAD_LIMIT)
      reject(this, `pools.${name}.nodes`, count, `at most ${SPREAD_LIMIT} nodes; use a second pool`);

    const placementGroup = new hcloud.PlacementGroup(
      `${name}-spread`,
      refine<hcloud.PlacementGroupArgs>(
        "hcloud:index/placementGroup:PlacementGroup",
        { type: "spread", labels: shape.labels },
        transform?.placementGroup,
      ),
      { parent: this },
    );
    const placementGroupId = placementGroup.id.apply(Number);
    const groupIsFull = count === SPREAD_LIMIT;
    const created: Record<string, HetznerNode> = {};
    let before = after;
    for (const [id, member] of Object.entries(members)) {
      const node = new HetznerNode(
        `${name}-${id}`,
        {
          ...shape,
          ...member,
          placementGroupId,
          groupIsFull,
          after: before,
          ...(transform === undefined ? {} : { transform }),
        },
        { parent: this },
      );
      created[id] = node;
      before = [node.configuration];
    }
    this.nodes = { placementGroup, members: created };
    this.last = Object.values(created).at(-1)?.configuration;
    this.registerOutputs({});
  }
}
