import * as pulumi from "@pulumi/pulumi";
import * as tailscale from "@pulumi/tailscale";
import { refine, type Transform } from "../component.ts";

export interface TailnetPolicyArgs {
  /** The policy file, in JSON or HuJSON. */
  readonly file: string;
  /** Replaces a policy that this stack has not made; without it, one has to be imported first. */
  readonly overwrite: boolean;
  readonly transform?: { readonly policy?: Transform<tailscale.AclArgs> };
}

/**
 * The one policy file of a tailnet: it says who reaches whom. The service runs the file's tests before it takes it over, and
 * keeps the last one when this is deleted. Costs nothing.
 */
export class TailnetPolicy extends pulumi.ComponentResource {
  readonly nodes: { readonly policy: tailscale.Acl };

  constructor(name: string, args: TailnetPolicyArgs, opts?: pulumi.ComponentResourceOptions) {
    super("splitfleet:mesh:TailnetPolicy", name, {}, opts);
    const { file, overwrite, transform } = args;
    const policy = new tailscale.Acl(
      `${name}-policy`,
      refine<tailscale.AclArgs>(
        "tailscale:index/acl:Acl",
        { acl: file, ...(overwrite ? { overwriteExistingContent: true } : {}) },
        transform?.policy,
      ),
      { parent: this },
    );
    this.nodes = { policy };
    this.registerOutputs({});
  }
}
