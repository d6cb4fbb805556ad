import { OpenIdConnectProvider, type OpenIdConnectProviderArgs } from "@pulumi/aws/iam/openIdConnectProvider.js";
import { Role, type RoleArgs } from "@pulumi/aws/iam/role.js";
import { RolePolicy, type RolePolicyArgs } from "@pulumi/aws/iam/rolePolicy.js";
import * as pulumi from "@pulumi/pulumi";
import { refine, type Transform } from "../component.ts";

export interface AutoscalerIdentityArgs {
  /** Name of the role. */
  readonly role: string;
  /** Who issues the tokens of the cluster's service accounts, as an https address that AWS can read. */
  readonly issuer: string;
  /** Whom a token has to be for. */
  readonly audience: string;
  readonly namespace: string;
  readonly serviceAccount: string;
  /** Value of the tag that groups belong to the cluster by. */
  readonly cluster: string;
  readonly account: string;
  readonly region: string;
  readonly labels: Record<string, string>;
  readonly transform?: { readonly role?: Transform<RoleArgs> };
}

/** AWS knows no resource for these, so that they can not be narrowed (Service Authorization Reference). */
const READS = [
  "autoscaling:DescribeAutoScalingGroups",
  "autoscaling:DescribeAutoScalingInstances",
  "autoscaling:DescribeLaunchConfigurations",
  "autoscaling:DescribeScalingActivities",
  "ec2:DescribeImages",
  "ec2:DescribeInstanceTypes",
  "ec2:DescribeLaunchTemplateVersions",
];
const CHANGES = ["autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup"];

/**
 * The cluster's autoscaler at AWS: a role that one service account of one cluster may take, with a token that is issued for
 * AWS, and that may change the size of this cluster's groups and of no other. Holds no key.
 */
export class AutoscalerIdentity extends pulumi.ComponentResource {
  readonly nodes: { readonly provider: OpenIdConnectProvider; readonly role: Role };

  constructor(name: string, args: AutoscalerIdentityArgs, opts?: pulumi.ComponentResourceOptions) {
    super("splitfleet:cluster:AutoscalerIdentity", name, {}, opts);
    const { issuer, audience, namespace, serviceAccount, cluster, account, region, labels, transform } = args;
    // IAM has one provider for an issuer; its name is the address without the scheme.
    const issuerName = issuer.replace(/^https:\/\//, "");
    const provider = new OpenIdConnectProvider(
      `${name}-issuer`,
      refine<OpenIdConnectProviderArgs>("aws:iam/openIdConnectProvider:OpenIdConnectProvider", {
        url: issuer,
        clientIdLists: [audience],
        tags: labels,
      }),
      { parent: this },
    );
    const role = new Role(
      `${name}-role`,
      refine<RoleArgs>(
        "aws:iam/role:Role",
        {
          name: args.role,
          description: "The cluster's autoscaler starts and ends burst nodes with it",
          assumeRolePolicy: policy({
            Effect: "Allow",
            Principal: { Federated: `arn:aws:iam::${account}:oidc-provider/${issuerName}` },
            Action: "sts:AssumeRoleWithWebIdentity",
            Condition: {
              StringEquals: {
                [`${issuerName}:aud`]: audience,
                [`${issuerName}:sub`]: `system:serviceaccount:${namespace}:${serviceAccount}`,
              },
            },
          }),
          tags: labels,
        },
        transform?.role,
      ),
      { parent: this, dependsOn: [provider] },
    );
    new RolePolicy(
      `${name}-groups`,
      refine<RolePolicyArgs>("aws:iam/rolePolicy:RolePolicy", {
        role: role.name,
        policy: policy(
          { Effect: "Allow", Action: READS, Resource: "*" },
          {
            Effect: "Allow",
            Action: CHANGES,
            Resource: `arn:aws:autoscaling:${region}:${account}:autoScalingGroup:*:autoScalingGroupName/*`,
            Condition: { StringEquals: { [`aws:ResourceTag/k8s.io/cluster-autoscaler/${cluster}`]: "owned" } },
          },
        ),
      }),
      { parent: this },
    );
    this.nodes = { provider, role };
    this.registerOutputs({ role: role.arn });
  }
}

const policy = (...statements: readonly object[]): string =>
  JSON.stringify({ Version: "2012-10-17", Statement: statements });
