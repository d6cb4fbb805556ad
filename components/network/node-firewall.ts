import * as hcloud from "@pulumi/hcloud";
import * as pulumi from "@pulumi/pulumi";
import { refine, type Transform } from "../component.ts";

/** Port on which tailscaled accepts direct connections; every packet is authenticated by WireGuard. */
const MESH_PORT = "41641";
const ANYWHERE = ["0.0.0.0/0", "::/0"];

export interface NodeFirewallArgs {
  /** Hetzner label selector of the servers it covers, including those that are added later. */
  readonly selector: string;
  readonly labels: Record<string, string>;
  readonly transform?: { readonly firewall?: Transform<hcloud.FirewallArgs> };
}

/** Lets the mesh in and nothing else: no SSH, no API, no service port. Does not filter the private network. Free of charge. */
export class NodeFirewall extends pulumi.ComponentResource {
  readonly nodes: { readonly firewall: hcloud.Firewall };

  constructor(name: string, args: NodeFirewallArgs, opts?: pulumi.ComponentResourceOptions) {
    super("splitfleet:network:NodeFirewall", name, {}, opts);
    const { selector, labels, transform } = args;

    const firewall = new hcloud.Firewall(
      `${name}-firewall`,
      refine<hcloud.FirewallArgs>(
        "hcloud:index/firewall:Firewall",
        {
          labels,
          applyTos: [{ labelSelector: selector }],
          rules: [
            { direction: "in", protocol: "udp", port: MESH_PORT, sourceIps: ANYWHERE, description: "mesh" },
            { direction: "in", protocol: "icmp", sourceIps: ANYWHERE, description: "path MTU discovery" },
          ],
        },
        transform?.firewall,
      ),
      { parent: this },
    );
    this.nodes = { firewall };
    this.registerOutputs({});
  }
}
