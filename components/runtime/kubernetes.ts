import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { queuedRun } from "../cluster/queues.ts";
import { refine } from "../component.ts";
import type { Taint } from "../compute/node-config/k3s.ts";
import { labelsOf, type Allocation } from "../labels.ts";
import { replicasOf } from "../workloads/contract.ts";
import type { PlannedWorkload } from "../workloads/plan.ts";
import { accountOf } from "./kubernetes/account.ts";
import { createClusterAccess, createNamespaceAccess } from "./kubernetes/access.ts";
import { configFiles } from "./kubernetes/config-files.ts";
import { type Controller, createController } from "./kubernetes/controller.ts";
import { networkPolicySpec, operatorPolicySpecs, type Surroundings } from "./kubernetes/network-policy.ts";
import { OPERATOR_NAMESPACE } from "./kubernetes/operators.ts";
import { placement, podTemplate } from "./kubernetes/pod.ts";
import { createRuns } from "./kubernetes/runs.ts";
import { createScaling } from "./kubernetes/scaling.ts";
import { secretObjects, type SecretSource } from "./kubernetes/secrets.ts";
import { membersOf, selectorOf } from "./kubernetes/selectors.ts";
import { createService } from "./kubernetes/service.ts";

export interface KubernetesWorkloadArgs {
  readonly planned: PlannedWorkload;
  readonly surroundings: Surroundings;
  readonly namespace: pulumi.Input<string>;
  readonly allocation: Allocation;
  /** Taints of the pool's nodes. */
  readonly taints: readonly Taint[];
  /** Name of the class of its pods. */
  readonly priorityClass: pulumi.Input<string>;
  /** Those that have objects of it to look after. */
  readonly operators: readonly pulumi.Resource[];
  /** Where its runs wait for room; undefined for a pool without queues. */
  readonly queue: pulumi.Resource | undefined;
  readonly vault: SecretSource;
}

/**
 * A workload on Kubernetes: the controller of its form, service, configuration, secrets from Vault, network policy,
 * disruption budget, jobs. Everything follows from the definition; nothing here knows a kind.
 */
export class KubernetesWorkload extends pulumi.ComponentResource {
  readonly nodes: {
    readonly controller: Controller;
    /** Undefined for a workload without ports. */
    readonly service: kubernetes.core.v1.Service | undefined;
    readonly networkPolicy: kubernetes.networking.v1.NetworkPolicy;
  };

  constructor(name: string, args: KubernetesWorkloadArgs, opts?: pulumi.ComponentResourceOptions) {
    const { planned, surroundings, namespace, allocation, taints, priorityClass, operators, queue, vault } = args;
    const { workload } = planned;
    const { internet = [] } = workload;
    // For a rule to judge: no override reaches it, as none reaches the registry.
    const border = internet.length === 0 ? {} : { kind: planned.definition.kind, workload: planned.name, internet };
    super("splitfleet:runtime:KubernetesWorkload", name, border, opts);
    const override = workload.override?.kubernetes;
    const labels = { ...labelsOf(allocation), ...selectorOf(planned.name) };
    const metadata = (object: string): kubernetes.types.input.meta.v1.ObjectMeta => ({
      name: object,
      namespace,
      labels,
    });
    const child = { parent: this };

    const account = new kubernetes.core.v1.ServiceAccount(
      `${name}-account`,
      refine<kubernetes.core.v1.ServiceAccountArgs>("kubernetes:core/v1:ServiceAccount", {
        metadata: metadata(accountOf(planned)),
        automountServiceAccountToken: false,
      }),
      child,
    );
    const files = configFiles(workload.files ?? {});
    const config =
      files === undefined
        ? undefined
        : new kubernetes.core.v1.ConfigMap(
            `${name}-config`,
            refine<kubernetes.core.v1.ConfigMapArgs>("kubernetes:core/v1:ConfigMap", {
              metadata: metadata(`${planned.name}-config`),
              data: files.data,
            }),
            child,
          );
    const secrets = secretObjects(name, planned, vault, metadata, surroundings.fleet, this);
    const pods = { planned, labels, allocation, taints, priorityClass, files, account: accountOf(planned) };
    const template = podTemplate(pods);
    const { nodeSelector, tolerations = [] } = placement(false, allocation, taints);
    const operatedPods = {
      labels: labelsOf(allocation),
      nodeSelector,
      tolerations,
      priorityClassName: priorityClass,
    };
    const { clusterAccess = [], namespaceAccess = [] } = workload;
    const holder = { name: accountOf(planned), namespace, labels };
    const access = [
      ...(clusterAccess.length === 0 ? [] : [createClusterAccess(name, clusterAccess, holder, child)]),
      ...(namespaceAccess.length === 0 ? [] : [createNamespaceAccess(name, namespaceAccess, holder, child)]),
    ];
    const run = queue === undefined ? undefined : queuedRun(workload.form);
    const dependsOn = [
      account,
      ...(config === undefined ? [] : [config]),
      ...secrets,
      ...access,
      ...operators,
      ...(queue === undefined ? [] : [queue]),
    ];

    const controller = createController(
      name,
      { planned, metadata: metadata(planned.name), labels, template, operatedPods, run },
      { ...child, dependsOn },
    );
    const service = createService(name, planned, surroundings.fleet, metadata(planned.name), this);
    const networkPolicy = new kubernetes.networking.v1.NetworkPolicy(
      `${name}-flows`,
      refine<kubernetes.networking.v1.NetworkPolicyArgs>(
        "kubernetes:networking.k8s.io/v1:NetworkPolicy",
        { metadata: metadata(planned.name), spec: networkPolicySpec(planned, surroundings) },
        override?.networkPolicy,
      ),
      child,
    );
    createOperatorPolicies(name, planned, surroundings, labels, { ...child, dependsOn: [...operators] });
    if (typeof workload.replicas === "object") {
      const ready = [controller, ...secrets, ...operators];
      createScaling(name, workload.replicas, planned, metadata(planned.name), { ...child, dependsOn: ready });
    }
    if (replicasOf(workload).maximum > 1) createDisruptionBudget(name, planned, metadata, this);
    createRuns(
      name,
      { pod: pods, metadata, surroundings },
      { ...child, dependsOn: service === undefined ? [controller] : [controller, service] },
    );

    this.nodes = { controller, service, networkPolicy };
    this.registerOutputs({});
  }
}

type Metadata = (object: string) => kubernetes.types.input.meta.v1.ObjectMeta;

function createDisruptionBudget(
  name: string,
  planned: PlannedWorkload,
  metadata: Metadata,
  parent: pulumi.Resource,
): void {
  new kubernetes.policy.v1.PodDisruptionBudget(
    `${name}-disruption`,
    refine<kubernetes.policy.v1.PodDisruptionBudgetArgs>("kubernetes:policy/v1:PodDisruptionBudget", {
      metadata: metadata(planned.name),
      spec: { maxUnavailable: 1, selector: { matchLabels: membersOf(planned) } },
    }),
    { parent },
  );
}

/** An operator's own namespace, which is there before the operator, lets it reach nothing of a workload until this does. */
function createOperatorPolicies(
  name: string,
  planned: PlannedWorkload,
  surroundings: Surroundings,
  labels: Record<string, string>,
  opts: pulumi.CustomResourceOptions,
): void {
  for (const [operator, spec] of Object.entries(operatorPolicySpecs(planned, surroundings))) {
    new kubernetes.networking.v1.NetworkPolicy(
      `${name}-${operator}-flows`,
      refine<kubernetes.networking.v1.NetworkPolicyArgs>("kubernetes:networking.k8s.io/v1:NetworkPolicy", {
        metadata: { name: `${operator}-${planned.name}`, namespace: OPERATOR_NAMESPACE, labels },
        spec,
      }),
      opts,
    );
  }
}
