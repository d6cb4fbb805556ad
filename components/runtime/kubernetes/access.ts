import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { refine } from "../../component.ts";
import type { ApiAccess } from "../../workloads/contract.ts";

/** The account of a workload's pods. */
interface Account {
  readonly name: string;
  readonly namespace: pulumi.Input<string>;
  readonly labels: Record<string, string>;
}

const rulesOf = (rules: readonly ApiAccess[]) =>
  rules.map(({ apiGroups, resources, verbs }) => ({
    apiGroups: [...apiGroups],
    resources: [...resources],
    verbs: [...verbs],
  }));

/** Lets a workload's account ask the API server for what its definition says, in every namespace. */
export function createClusterAccess(
  name: string,
  rules: readonly ApiAccess[],
  account: Account,
  opts: pulumi.CustomResourceOptions,
): pulumi.Resource {
  const metadata = { name: `splitfleet-${account.name}`, labels: account.labels };
  const role = new kubernetes.rbac.v1.ClusterRole(
    `${name}-role`,
    refine<kubernetes.rbac.v1.ClusterRoleArgs>("kubernetes:rbac.authorization.k8s.io/v1:ClusterRole", {
      metadata,
      rules: rulesOf(rules),
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

/** The same in the account's own namespace only. */
export function createNamespaceAccess(
  name: string,
  rules: readonly ApiAccess[],
  { namespace, labels, ...account }: Account,
  opts: pulumi.CustomResourceOptions,
): pulumi.Resource {
  const metadata = { name: account.name, namespace, labels };
  const role = new kubernetes.rbac.v1.Role(
    `${name}-own-role`,
    refine<kubernetes.rbac.v1.RoleArgs>("kubernetes:rbac.authorization.k8s.io/v1:Role", {
      metadata,
      rules: rulesOf(rules),
    }),
    opts,
  );
  return new kubernetes.rbac.v1.RoleBinding(
    `${name}-own-role-binding`,
    refine<kubernetes.rbac.v1.RoleBindingArgs>("kubernetes:rbac.authorization.k8s.io/v1:RoleBinding", {
      metadata,
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: account.name },
      subjects: [{ kind: "ServiceAccount", name: account.name, namespace }],
    }),
    { ...opts, dependsOn: [role] },
  );
}
