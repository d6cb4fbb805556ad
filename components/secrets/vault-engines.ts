import * as pulumi from "@pulumi/pulumi";
import * as vault from "@pulumi/vault";
import { refine, type Transform } from "../component.ts";

export interface VaultEnginesArgs {
  /** Prefix of the mounts, such as `splitfleet`. */
  readonly mount: string;
  /** Name of this Vault that nodes of AWS sign along, so that nobody else can log in here with their question. */
  readonly serverId: string;
  readonly transform?: {
    readonly mount?: Transform<vault.MountArgs>;
    readonly authBackend?: Transform<vault.AuthBackendArgs>;
  };
}

/** Paths of the mounts that roles and policies refer to. */
export interface VaultMounts {
  readonly kv: string;
  readonly transit: string;
  readonly approle: string;
  readonly kubernetes: string;
  readonly aws: string;
}

export const mountsOf = (prefix: string): VaultMounts => ({
  kv: `${prefix}/kv`,
  transit: `${prefix}/transit`,
  approle: `${prefix}/approle`,
  kubernetes: `${prefix}/kubernetes`,
  aws: `${prefix}/aws`,
});

/** On Vault's own servers; without a place to write it, Vault answers nothing. */
const AUDIT_LOG = "/var/log/vault/audit.log";

/**
 * Secret engines and ways to log in of one environment: KV v2 for what we rotate, transit for personal columns, AppRole for
 * VPSs and on-prem nodes, Kubernetes for pods, AWS for burst nodes; and the log of who read what. Holds structure only:
 * no value of a secret ever stands here.
 */
export class VaultEngines extends pulumi.ComponentResource {
  readonly mounts: VaultMounts;
  readonly nodes: {
    readonly kv: vault.Mount;
    readonly transit: vault.Mount;
    readonly audit: vault.Audit;
    readonly backends: Readonly<Record<string, vault.AuthBackend>>;
  };

  constructor(name: string, args: VaultEnginesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("splitfleet:secrets:VaultEngines", name, {}, opts);
    const { transform } = args;
    this.mounts = mountsOf(args.mount);
    const child = { parent: this };

    const kv = new vault.Mount(
      `${name}-kv`,
      refine<vault.MountArgs>(
        "vault:index/mount:Mount",
        { path: this.mounts.kv, type: "kv", options: { version: "2" }, description: "Secrets that the fleet rotates" },
        transform?.mount,
      ),
      child,
    );
    const transit = new vault.Mount(
      `${name}-transit`,
      refine<vault.MountArgs>(
        "vault:index/mount:Mount",
        { path: this.mounts.transit, type: "transit", description: "Keys that never leave Vault" },
        transform?.mount,
      ),
      child,
    );
    const audit = new vault.Audit(
      `${name}-audit`,
      refine<vault.AuditArgs>("vault:index/audit:Audit", {
        type: "file",
        path: "file",
        description: "Who read which secret; values stand in it as digests only",
        options: { file_path: AUDIT_LOG },
      }),
      child,
    );
    const backends = Object.fromEntries(
      (["approle", "kubernetes", "aws"] as const).map((type) => [
        type,
        new vault.AuthBackend(
          `${name}-${type}`,
          refine<vault.AuthBackendArgs>(
            "vault:index/authBackend:AuthBackend",
            { type, path: this.mounts[type] },
            transform?.authBackend,
          ),
          child,
        ),
      ]),
    );
    // It holds no key of AWS: who a node is, AWS answers to the node's own signed question.
    new vault.aws.AuthBackendClient(
      `${name}-aws-client`,
      refine<vault.aws.AuthBackendClientArgs>("vault:aws/authBackendClient:AuthBackendClient", {
        backend: this.mounts.aws,
        iamServerIdHeaderValue: args.serverId,
        useStsRegionFromClient: true,
      }),
      { parent: this, dependsOn: Object.values(backends) },
    );

    this.nodes = { kv, transit, audit, backends };
    this.registerOutputs({ ...this.mounts });
  }
}
