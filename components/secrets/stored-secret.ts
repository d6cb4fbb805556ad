import * as pulumi from "@pulumi/pulumi";
import * as vault from "@pulumi/vault";
import { refine, type Transform } from "../component.ts";

export interface StoredSecretArgs {
  /** The KV v2 mount. */
  readonly kv: string;
  /** Below the mount. */
  readonly path: string;
  /** By field. */
  readonly values: Readonly<Record<string, pulumi.Output<string>>>;
  readonly transform?: { readonly secret?: Transform<vault.kv.SecretV2Args> };
}

/** A secret that another resource of the fleet issues, put where workloads read theirs. The state has it encrypted. */
export class StoredSecret extends pulumi.ComponentResource {
  readonly nodes: { readonly secret: vault.kv.SecretV2 };

  constructor(name: string, args: StoredSecretArgs, opts?: pulumi.ComponentResourceOptions) {
    super("splitfleet:secrets:StoredSecret", name, {}, opts);
    const { kv, path, values, transform } = args;
    const secret = new vault.kv.SecretV2(
      `${name}-secret`,
      refine<vault.kv.SecretV2Args>(
        "vault:kv/secretV2:SecretV2",
        { mount: kv, name: path, dataJson: pulumi.secret(pulumi.jsonStringify(values)) },
        transform?.secret,
      ),
      // Two would write one path.
      { parent: this, deleteBeforeReplace: true },
    );
    this.nodes = { secret };
    this.registerOutputs({});
  }
}
