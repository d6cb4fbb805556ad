import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { refine, type Transform } from "../component.ts";
import { GPU_RESOURCE, sliceResource } from "../compute/gpu-profile.ts";

export interface TenantNamespaceArgs {
  /** Name in the cluster. */
  readonly namespace: string;
  /** Absent for namespaces of the fleet itself. */
  readonly quota?: {
    readonly cpu: number;
    readonly memoryGiB: number;
    readonly storageGiB: number;
    readonly gpus: number;
    /** Profiles of MIG instances that the cluster has; of each there are as many as of whole GPUs. @default [] */
    readonly gpuSlices?: readonly string[];
    readonly pods: number;
  };
  /** Pod security level; `restricted` unless a system component can not do with it. @default "restricted" */
  readonly podSecurity?: "restricted" | "baseline" | "privileged";
  /** What its pods may reach beside name resolution; for system components only, workloads declare needs. @default [] */
  readonly egress?: readonly { readonly range: string; readonly port: number }[];
  readonly labels: Record<string, string>;
  readonly transform?: {
    readonly namespace?: Transform<kubernetes.core.v1.NamespaceArgs>;
    readonly quota?: Transform<kubernetes.core.v1.ResourceQuotaArgs>;
  };
}

/**
 * A namespace that starts closed: no traffic in or out but name resolution, no pod without limits, no privilege, and a hard
 * ceiling on what its team may ask for.
 */
export class TenantNamespace extends pulumi.ComponentResource {
  readonly namespace: pulumi.Output<string>;
  readonly nodes: { readonly namespace: kubernetes.core.v1.Namespace };

  constructor(name: string, args: TenantNamespaceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("splitfleet:cluster:TenantNamespace", name, {}, opts);
    const { labels, podSecurity = "restricted", quota, egress = [], transform } = args;

    const namespace = new kubernetes.core.v1.Namespace(
      name,
      refine<kubernetes.core.v1.NamespaceArgs>(
        "kubernetes:core/v1:Namespace",
        {
          metadata: {
            name: args.namespace,
            labels: {
              ...labels,
              "pod-security.kubernetes.io/enforce": podSecurity,
              "pod-security.kubernetes.io/enforce-version": "latest",
            },
          },
        },
        transform?.namespace,
      ),
      { parent: this },
    );
    this.namespace = namespace.metadata.name;
    this.nodes = { namespace };
    const metadata = (object: string) => ({ name: object, namespace: this.namespace, labels });

    createDefaultDeny(name, egress, metadata, this);
    if (quota !== undefined) createQuota(name, quota, metadata, transform?.quota, this);
    this.registerOutputs({ namespace: this.namespace });
  }
}

type Metadata = (object: string) => kubernetes.types.input.meta.v1.ObjectMeta;

/** Both ways closed, as CIS 5.3.2 asks; pods may only resolve names. */
function createDefaultDeny(
  name: string,
  egress: NonNullable<TenantNamespaceArgs["egress"]>,
  metadata: Metadata,
  parent: pulumi.Resource,
): void {
  const dns = {
    to: [
      {
        namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } },
        podSelector: { matchLabels: { "k8s-app": "kube-dns" } },
      },
    ],
    ports: [
      { port: 53, protocol: "UDP" },
      { port: 53, protocol: "TCP" },
    ],
  };
  const reachable = egress.map(({ range, port }) => ({
    to: [{ ipBlock: { cidr: range } }],
    ports: [{ port, protocol: "TCP" }],
  }));
  new kubernetes.networking.v1.NetworkPolicy(
    `${name}-default-deny`,
    refine<kubernetes.networking.v1.NetworkPolicyArgs>("kubernetes:networking.k8s.io/v1:NetworkPolicy", {
      metadata: metadata("default-deny"),
      spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"], egress: [dns, ...reachable] },
    }),
    { parent },
  );
}

function createQuota(
  name: string,
  quota: NonNullable<TenantNamespaceArgs["quota"]>,
  metadata: Metadata,
  transform: Transform<kubernetes.core.v1.ResourceQuotaArgs> | undefined,
  parent: pulumi.Resource,
): void {
  new kubernetes.core.v1.ResourceQuota(
    `${name}-quota`,
    refine<kubernetes.core.v1.ResourceQuotaArgs>(
      "kubernetes:core/v1:ResourceQuota",
      {
        metadata: metadata("team"),
        spec: {
          hard: {
            "requests.cpu": String(quota.cpu),
            "requests.memory": `${quota.memoryGiB}Gi`,
            "limits.memory": `${quota.memoryGiB}Gi`,
            "requests.storage": `${quota.storageGiB}Gi`,
            ...Object.fromEntries(
              [GPU_RESOURCE, ...(quota.gpuSlices ?? []).map(sliceResource)].map((resource) => [
                `requests.${resource}`,
                String(quota.gpus),
              ]),
            ),
            pods: String(quota.pods),
          },
        },
      },
      transform,
    ),
    { parent },
  );
  new kubernetes.core.v1.LimitRange(
    `${name}-defaults`,
    refine<kubernetes.core.v1.LimitRangeArgs>("kubernetes:core/v1:LimitRange", {
      metadata: metadata("defaults"),
      spec: {
        limits: [{ type: "Container", defaultRequest: { cpu: "50m", memory: "64Mi" }, default: { memory: "128Mi" } }],
      },
    }),
    { parent },
  );
}
