import * as hcloud from "@pulumi/hcloud";
import * as pulumi from "@pulumi/pulumi";
import { refine, type Transform } from "../component.ts";

export interface PrivateNetworkArgs {
  /** Address range of the site, such as `10.10.0.0/16`. */
  readonly range: string;
  /** Parts of the range by pool. */
  readonly subnets: Readonly<Record<string, string>>;
  /** Hetzner network zone of the site's location, such as `eu-central`. */
  readonly networkZone: string;
  readonly labels: Record<string, string>;
  readonly transform?: {
    readonly network?: Transform<hcloud.NetworkArgs>;
    readonly subnet?: Transform<hcloud.NetworkSubnetArgs>;
  };
}

/** The private network of one Hetzner site. Free of charge; holds at most 100 servers. */
export class PrivateNetwork extends pulumi.ComponentResource {
  /** Ids of the subnets by pool. */
  readonly subnetIds: Readonly<Record<string, pulumi.Output<string>>>;
  readonly nodes: {
    readonly network: hcloud.Network;
    readonly subnets: Readonly<Record<string, hcloud.NetworkSubnet>>;
  };

  constructor(name: string, args: PrivateNetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super("splitfleet:network:PrivateNetwork", name, {}, opts);
    const { range, subnets, networkZone, labels, transform } = args;

    const network = new hcloud.Network(
      `${name}-network`,
      refine<hcloud.NetworkArgs>("hcloud:index/network:Network", { ipRange: range, labels }, transform?.network),
      { parent: this },
    );
    const networkId = network.id.apply(Number);
    const created = Object.entries(subnets).map(([pool, ipRange]) => {
      const subnet = new hcloud.NetworkSubnet(
        `${name}-${pool}`,
        refine<hcloud.NetworkSubnetArgs>(
          "hcloud:index/networkSubnet:NetworkSubnet",
          { networkId, type: "cloud", networkZone, ipRange },
          transform?.subnet,
        ),
        { parent: this },
      );
      return [pool, subnet] as const;
    });

    this.subnetIds = Object.fromEntries(created.map(([pool, subnet]) => [pool, subnet.id]));
    this.nodes = { network, subnets: Object.fromEntries(created) };
    this.registerOutputs({ subnetIds: this.subnetIds });
  }
}
