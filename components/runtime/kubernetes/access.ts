import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { refine } from "../../component.ts";
import type { ClusterAccess } from "../../workloads/contract.ts";

/** Lets a workload's account ask the API server for what its definition says, in every namespace. */
export function createClusterAccess(
  name: string,
  rules: readonly ClusterAccess[],
  account: { readonly name: string; readonly namespace: pulumi.Input<string>; readonly labels: Record<string, string> },
  opts: pulumi.CustomResourceOptions,
): pulumi.Resource {
  const metadata = { name: `splitfleet-${account.name}`, labels: account.labels };
  const role = new kubernetes.rbac.v1.ClusterRole(
    `${name}-role`,
    refine<kubernetes.rbac.v1.ClusterRoleArgs>("kubernetes:rbac.authorization.k8s.io/v1:ClusterRole", {
      metadata,
      rules: rules.map(({ apiGroups, resources, verbs }) => ({
        apiGroups: [...apiGroups],
        resources: [...resources],
        verbs: [...verbs],
      })),
    }),
    opts,
  );
  return new kubernetes.rbac.v1.ClusterRoleBinding(
    `${name}-role-binding`,
    refine<kubernetes.rbac.v1.ClusterRoleBindingArgs>("kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding", {
      metadata,
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: metadata.name },
      subjects: [{ kind: "ServiceAccount", name: account.name, namespace: account.namespace }],
    }),
    { ...opts, dependsOn: [role] },
  );
}
