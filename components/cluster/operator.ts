import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { refine, type Transform } from "../component.ts";
import { imageOf, type OperatorDefinition, type OperatorSettings } from "./operators/definition.ts";

export interface OperatorArgs {
  readonly definition: OperatorDefinition;
  readonly namespace: pulumi.Input<string>;
  readonly settings: OperatorSettings;
  /** Where the API server's questions come from: its node's address in the pods' network. */
  readonly podRange: string;
  readonly labels: Record<string, string>;
  readonly transform?: { readonly release?: Transform<kubernetes.helm.v3.ReleaseArgs> };
}

/**
 * An operator as a pinned release of its chart. Whoever depends on it finds its definitions established and its webhooks
 * answering: the release is done when the pods are ready, and the pods are when they answer. Keeps no data; what it costs
 * stands in its inputs, for rules and budgets that can not look into a chart.
 */
export class Operator extends pulumi.ComponentResource {
  readonly nodes: { readonly release: kubernetes.helm.v3.Release };

  constructor(name: string, args: OperatorArgs, opts?: pulumi.ComponentResourceOptions) {
    const { definition, namespace, settings, transform } = args;
    super("splitfleet:cluster:Operator", name, factsOf(definition), opts);
    const policies = [
      ...(definition.apiServerPorts.length === 0 ? [] : [admitApiServer(name, args, this)]),
      ...admitOperator(name, args, this),
    ];
    const release = new kubernetes.helm.v3.Release(
      `${name}-release`,
      refine<kubernetes.helm.v3.ReleaseArgs>(
        "kubernetes:helm.sh/v3:Release",
        {
          name: definition.name,
          chart: definition.chart,
          version: definition.version,
          ...(definition.repository === undefined ? {} : { repositoryOpts: { repo: definition.repository } }),
          namespace,
          atomic: true,
          values: definition.values(settings),
        },
        transform?.release,
      ),
      { parent: this, dependsOn: policies },
    );
    this.nodes = { release };
    this.registerOutputs({});
  }
}

/** What rules read. */
const factsOf = ({ chart, version, pods }: OperatorDefinition) => ({
  chart,
  version,
  pods: Object.fromEntries(
    Object.entries(pods).map(([role, { replicas, containers }]) => [
      role,
      {
        replicas,
        containers: Object.entries(containers).map(([name, container]) => ({
          name,
          image: imageOf(container.image),
          cpu: container.cpu,
          memoryMiB: container.memoryMiB,
        })),
      },
    ]),
  ),
});

/** The API server's packets have the address of its node in the pods' network, which changes from node to node. */
function admitApiServer(
  name: string,
  { definition, namespace, podRange, labels }: OperatorArgs,
  parent: pulumi.Resource,
): kubernetes.networking.v1.NetworkPolicy {
  return new kubernetes.networking.v1.NetworkPolicy(
    `${name}-flows`,
    refine<kubernetes.networking.v1.NetworkPolicyArgs>("kubernetes:networking.k8s.io/v1:NetworkPolicy", {
      metadata: { name: definition.name, namespace, labels },
      spec: {
        podSelector: { matchLabels: { "app.kubernetes.io/instance": definition.name } },
        policyTypes: ["Ingress"],
        ingress: [
          {
            from: [{ ipBlock: { cidr: podRange } }],
            ports: definition.apiServerPorts.map((port) => ({ port, protocol: "TCP" })),
          },
        ],
      },
    }),
    { parent },
  );
}

/** Between pods of the operators' own namespace, which is closed both ways. */
function admitOperator(
  name: string,
  { definition: { name: asked, askedBy }, namespace, labels }: OperatorArgs,
  parent: pulumi.Resource,
): kubernetes.networking.v1.NetworkPolicy[] {
  if (askedBy === undefined) return [];
  const ports = askedBy.ports.map((port) => ({ port, protocol: "TCP" }));
  const podsOf = (operator: string) => ({ podSelector: { matchLabels: { "app.kubernetes.io/instance": operator } } });
  const specs = {
    asked: { ...podsOf(asked), policyTypes: ["Ingress"], ingress: [{ from: [podsOf(askedBy.operator)], ports }] },
    asking: { ...podsOf(askedBy.operator), policyTypes: ["Egress"], egress: [{ to: [podsOf(asked)], ports }] },
  };
  return Object.entries(specs).map(
    ([side, spec]) =>
      new kubernetes.networking.v1.NetworkPolicy(
        `${name}-${side}`,
        refine<kubernetes.networking.v1.NetworkPolicyArgs>("kubernetes:networking.k8s.io/v1:NetworkPolicy", {
          metadata: { name: `${asked}-${side}`, namespace, labels },
          spec,
        }),
        { parent },
      ),
  );
}
