import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { refine, type Transform } from "../component.ts";

/** Release of the operator whose custom resources the workloads use. */
const CHART = { name: "vault-secrets-operator", version: "0.10.0", repository: "https://helm.releases.hashicorp.com" };

/** What the chart leaves out of the restricted pod security profile; without it, no pod of the operator is admitted. */
const RESTRICTED = {
  podSecurityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
  securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
};

export interface SecretsOperatorArgs {
  readonly namespace: pulumi.Input<string>;
  /** Vault as pods reach it. */
  readonly vaultAddress: string;
  readonly transform?: { readonly release?: Transform<kubernetes.helm.v3.ReleaseArgs> };
}

/** Vault Secrets Operator: keeps Kubernetes secrets equal to Vault's and rolls their readers when they change. Keeps no data. */
export class SecretsOperator extends pulumi.ComponentResource {
  readonly nodes: { readonly release: kubernetes.helm.v3.Release };

  constructor(name: string, args: SecretsOperatorArgs, opts?: pulumi.ComponentResourceOptions) {
    super("splitfleet:secrets:SecretsOperator", name, {}, opts);
    const release = new kubernetes.helm.v3.Release(
      `${name}-release`,
      refine<kubernetes.helm.v3.ReleaseArgs>(
        "kubernetes:helm.sh/v3:Release",
        {
          chart: CHART.name,
          version: CHART.version,
          repositoryOpts: { repo: CHART.repository },
          namespace: args.namespace,
          atomic: true,
          values: {
            controller: RESTRICTED,
            defaultVaultConnection: { enabled: true, address: args.vaultAddress },
          },
        },
        args.transform?.release,
      ),
      { parent: this },
    );
    this.nodes = { release };
    this.registerOutputs({});
  }
}
