import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { PlannedWorkload } from "../../workloads/plan.ts";

/** Where a workload's secrets come from. */
export interface SecretSource {
  /** Path of the KV v2 mount. */
  readonly kv: string;
  /** Path of the Kubernetes login. */
  readonly loginMount: string;
  readonly environment: string;
  /** What must exist first: the operator and its custom resource definitions. */
  readonly dependsOn: pulumi.Resource[];
}

/** Name of the Kubernetes secret that the operator keeps equal to Vault's. */
export const secretName = (workload: string, secret: string): string => `${workload}-${secret}`;

/** Path below the KV mount. */
export const secretPath = (environment: string, workload: string, secret: string): string => `${environment}/${workload}/${secret}`;

/** Name of the Vault role that a workload's pods log in with. */
export const vaultRole = (environment: string, workload: string): string => `${environment}-${workload}`;

const API = "secrets.hashicorp.com/v1beta1";

/** The operator's resources for a workload's secrets; none if it has no secret. */
export function secretObjects(
  name: string,
  { name: workload, workload: { secrets = {}, volumes = {} } }: PlannedWorkload,
  source: SecretSource,
  metadata: (object: string) => kubernetes.types.input.meta.v1.ObjectMeta,
  parent: pulumi.Resource,
): kubernetes.apiextensions.CustomResource[] {
  const declared = Object.keys(secrets);
  if (declared.length === 0) return [];
  const login = new kubernetes.apiextensions.CustomResource(
    `${name}-login`,
    {
      apiVersion: API,
      kind: "VaultAuth",
      metadata: metadata(workload),
      spec: {
        method: "kubernetes",
        mount: source.loginMount,
        kubernetes: { role: vaultRole(source.environment, workload), serviceAccount: workload, audiences: ["vault"] },
      },
    },
    { parent, dependsOn: source.dependsOn },
  );
  const synced = declared.map(
    (secret) =>
      new kubernetes.apiextensions.CustomResource(
        `${name}-${secret}`,
        {
          apiVersion: API,
          kind: "VaultStaticSecret",
          metadata: metadata(secretName(workload, secret)),
          spec: {
            vaultAuthRef: workload,
            type: "kv-v2",
            mount: source.kv,
            path: secretPath(source.environment, workload, secret),
            refreshAfter: "60s",
            hmacSecretData: true,
            destination: { name: secretName(workload, secret), create: true },
            rolloutRestartTargets: [{ kind: Object.keys(volumes).length === 0 ? "Deployment" : "StatefulSet", name: workload }],
          },
        },
        { parent, dependsOn: [login] },
      ),
  );
  return [login, ...synced];
}
