import * as pulumi from "@pulumi/pulumi";
import * as vault from "@pulumi/vault";
import { refine, type Transform } from "../component.ts";
import type { VaultMounts } from "./vault-engines.ts";

const HOUR = 3600;

/** How somebody proves to Vault who it is. */
export type Login =
  | { readonly method: "approle"; readonly boundRanges: readonly string[] }
  | { readonly method: "kubernetes"; readonly namespace: string; readonly serviceAccount: string }
  | { readonly method: "aws"; readonly roleArn: pulumi.Input<string> };

export interface VaultAccessArgs {
  readonly mounts: VaultMounts;
  /** Paths below the KV mount that may be read, such as `sandbox/k3s/agent-token`. */
  readonly reads: readonly string[];
  readonly login: Login;
  readonly transform?: { readonly policy?: Transform<vault.PolicyArgs> };
}

/** One reader of secrets: a policy that names its paths and nothing else, and the role that it logs in with. */
export class VaultAccess extends pulumi.ComponentResource {
  readonly roleName: string;
  readonly nodes: { readonly policy: vault.Policy };

  constructor(name: string, args: VaultAccessArgs, opts?: pulumi.ComponentResourceOptions) {
    super("splitfleet:secrets:VaultAccess", name, {}, opts);
    const { mounts, reads, login, transform } = args;
    this.roleName = name;

    const policy = new vault.Policy(
      `${name}-policy`,
      refine<vault.PolicyArgs>(
        "vault:index/policy:Policy",
        { name, policy: readPolicy(mounts.kv, reads) },
        transform?.policy,
      ),
      { parent: this },
    );
    createRole(name, login, mounts, policy, this);
    this.nodes = { policy };
    this.registerOutputs({ roleName: name });
  }
}

/** A Vault policy that reads exactly the given KV v2 paths. */
export const readPolicy = (kv: string, paths: readonly string[]): string =>
  paths.map((path) => `path "${kv}/data/${path}" {\n  capabilities = ["read"]\n}\n`).join("\n");

function createRole(
  name: string,
  login: Login,
  mounts: VaultMounts,
  policy: vault.Policy,
  parent: pulumi.Resource,
): void {
  const token = { tokenPolicies: [policy.name], tokenTtl: HOUR, tokenNoDefaultPolicy: true };
  switch (login.method) {
    case "approle":
      new vault.approle.AuthBackendRole(
        `${name}-role`,
        refine<vault.approle.AuthBackendRoleArgs>("vault:appRole/authBackendRole:AuthBackendRole", {
          ...token,
          backend: mounts.approle,
          roleName: name,
          bindSecretId: true,
          secretIdNumUses: 1,
          secretIdTtl: HOUR / 6,
          secretIdBoundCidrs: [...login.boundRanges],
          tokenBoundCidrs: [...login.boundRanges],
        }),
        { parent },
      );
      return;
    case "kubernetes":
      new vault.kubernetes.AuthBackendRole(
        `${name}-role`,
        refine<vault.kubernetes.AuthBackendRoleArgs>("vault:kubernetes/authBackendRole:AuthBackendRole", {
          tokenPolicies: token.tokenPolicies,
          tokenPeriod: HOUR,
          tokenNoDefaultPolicy: true,
          backend: mounts.kubernetes,
          roleName: name,
          boundServiceAccountNames: [login.serviceAccount],
          boundServiceAccountNamespaces: [login.namespace],
          audience: "vault",
        }),
        { parent },
      );
      return;
    case "aws":
      new vault.aws.AuthBackendRole(
        `${name}-role`,
        refine<vault.aws.AuthBackendRoleArgs>("vault:aws/authBackendRole:AuthBackendRole", {
          ...token,
          backend: mounts.aws,
          role: name,
          authType: "iam",
          boundIamPrincipalArns: [login.roleArn],
          // By its name: to find its id Vault would need a key of AWS.
          resolveAwsUniqueIds: false,
        }),
        { parent },
      );
      return;
  }
}
