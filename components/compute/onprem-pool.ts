import * as pulumi from "@pulumi/pulumi";

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

export interface OnpremPoolArgs {
  readonly site: string;
  readonly pool: string;
  /** Nodes by id. A node that is not enrolled yet, or is lost, is part of the plan and never a reason to fail. */
  readonly members: Readonly<Record<string, { readonly state: "declared" | "enrolled" | "lost" }>>;
  readonly economics: Economics;
  readonly labels: Record<string, string>;
}

/** Machines that somebody already owns. Pulumi creates nothing on them: `enroll` makes one a member of mesh and cluster. */
export class OnpremPool extends pulumi.ComponentResource {
  readonly nodes: { readonly members: Readonly<Record<string, OnpremNode>> };

  constructor(name: string, args: OnpremPoolArgs, opts?: pulumi.ComponentResourceOptions) {
    super("splitfleet:compute:OnpremPool", name, {}, opts);
    const { members, ...shared } = args;
    this.nodes = {
      members: Object.fromEntries(
        Object.entries(members).map(([id, { state }]) => [
          id,
          new OnpremNode(`${name}-${id}`, { ...shared, state }, { parent: this }),
        ]),
      ),
    };
    this.registerOutputs({});
  }
}

/** One owned machine. Its inputs are what prices and rules read: it has no cloud resource that could say it. */
class OnpremNode extends pulumi.ComponentResource {
  constructor(
    name: string,
    { economics, ...facts }: Omit<OnpremPoolArgs, "members"> & { readonly state: string },
    opts: pulumi.ComponentResourceOptions,
  ) {
    super("splitfleet:compute:OnpremNode", name, { ...facts, ...economics }, opts);
    this.registerOutputs({ state: facts.state });
  }
}
