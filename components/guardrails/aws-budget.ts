import { Budget, type BudgetArgs } from "@pulumi/aws/budgets/budget.js";
import { BudgetAction, type BudgetActionArgs } from "@pulumi/aws/budgets/budgetAction.js";
import { Policy, type PolicyArgs } from "@pulumi/aws/iam/policy.js";
import { Role, type RoleArgs } from "@pulumi/aws/iam/role.js";
import { RolePolicy, type RolePolicyArgs } from "@pulumi/aws/iam/rolePolicy.js";
import * as pulumi from "@pulumi/pulumi";
import { refine, type Transform } from "../component.ts";

export interface AwsBudgetArgs {
  readonly environment: string;
  /** What AWS may bill in a calendar month for what carries the environment's label, in US dollars. */
  readonly monthlyUsd: number;
  /** Share of it from which the owner is told. */
  readonly warnAt: number;
  /** Address that AWS writes to. */
  readonly owner: string;
  /** Names of the IAM roles that start nodes, such as the autoscaler's; at the limit they are forbidden to. */
  readonly brakeRoles: readonly string[];
  readonly labels: Record<string, string>;
  readonly transform?: {
    readonly budget?: Transform<BudgetArgs>;
    readonly action?: Transform<BudgetActionArgs>;
  };
}

/** What starts instances, by hand, by a group or by an autoscaler. */
const STARTS = [
  "autoscaling:SetDesiredCapacity",
  "autoscaling:UpdateAutoScalingGroup",
  "ec2:CreateFleet",
  "ec2:RunInstances",
];

/**
 * The brake on AWS that holds without the fleet: AWS itself counts what carries the environment's label, writes to the
 * owner before the limit and when it is forecast to be reached, and at the limit forbids the roles that start nodes to
 * do so. What runs goes on. AWS counts a few times a day, and only by tags that were activated as cost allocation tags.
 */
export class AwsBudget extends pulumi.ComponentResource {
  readonly nodes: {
    readonly budget: Budget;
    /** Undefined where no role was named. */
    readonly action: BudgetAction | undefined;
  };

  constructor(name: string, args: AwsBudgetArgs, opts?: pulumi.ComponentResourceOptions) {
    super("splitfleet:guardrails:AwsBudget", name, {}, opts);
    const child = { parent: this };
    const budget = new Budget(
      `${name}-budget`,
      refine<BudgetArgs>("aws:budgets/budget:Budget", budgetArgs(args), args.transform?.budget),
      child,
    );
    const action = args.brakeRoles.length === 0 ? undefined : brake(name, args, budget, child);
    this.nodes = { budget, action };
    this.registerOutputs({});
  }
}

function budgetArgs({ environment, monthlyUsd, warnAt, owner, labels }: AwsBudgetArgs): BudgetArgs {
  const notification = (notificationType: "ACTUAL" | "FORECASTED", share: number) => ({
    comparisonOperator: "GREATER_THAN",
    notificationType,
    threshold: share * 100,
    thresholdType: "PERCENTAGE",
    subscriberEmailAddresses: [owner],
  });
  return {
    budgetType: "COST",
    timeUnit: "MONTHLY",
    limitAmount: String(monthlyUsd),
    limitUnit: "USD",
    costFilters: [{ name: "TagKeyValue", values: [`user:splitfleet/environment$${environment}`] }],
    notifications: [notification("ACTUAL", warnAt), notification("FORECASTED", 1)],
    tags: labels,
  };
}

/** A policy that forbids starting, which the budget's own role attaches to the roles once the limit is reached. */
function brake(
  name: string,
  { environment, owner, labels, brakeRoles, transform }: AwsBudgetArgs,
  budget: Budget,
  child: pulumi.CustomResourceOptions,
): BudgetAction {
  const prefix = `splitfleet-${environment}-brake-`;
  const forbidden = new Policy(
    `${name}-brake`,
    refine<PolicyArgs>("aws:iam/policy:Policy", {
      namePrefix: prefix,
      description: "Forbids starting nodes; a budget attaches it at its limit",
      policy: document([{ Effect: "Deny", Action: STARTS, Resource: "*" }]),
      tags: labels,
    }),
    child,
  );
  const executor = new Role(
    `${name}-executor`,
    refine<RoleArgs>("aws:iam/role:Role", {
      description: "AWS Budgets pulls the brake with it",
      assumeRolePolicy: document([
        { Effect: "Allow", Principal: { Service: "budgets.amazonaws.com" }, Action: "sts:AssumeRole" },
      ]),
      tags: labels,
    }),
    child,
  );
  new RolePolicy(
    `${name}-attach`,
    refine<RolePolicyArgs>("aws:iam/rolePolicy:RolePolicy", {
      role: executor.id,
      policy: document([
        {
          Effect: "Allow",
          Action: ["iam:AttachRolePolicy", "iam:DetachRolePolicy"],
          Resource: brakeRoles.map((role) => `arn:aws:iam::*:role/${role}`),
          Condition: { ArnLike: { "iam:PolicyARN": `arn:aws:iam::*:policy/${prefix}*` } },
        },
      ]),
    }),
    child,
  );
  return new BudgetAction(
    `${name}-action`,
    refine<BudgetActionArgs>(
      "aws:budgets/budgetAction:BudgetAction",
      {
        budgetName: budget.name,
        actionType: "APPLY_IAM_POLICY",
        approvalModel: "AUTOMATIC",
        notificationType: "ACTUAL",
        actionThreshold: { actionThresholdType: "PERCENTAGE", actionThresholdValue: 100 },
        definition: { iamActionDefinition: { policyArn: forbidden.arn, roles: [...brakeRoles] } },
        executionRoleArn: executor.arn,
        subscribers: [{ address: owner, subscriptionType: "EMAIL" }],
        tags: labels,
      },
      transform?.action,
    ),
    child,
  );
}

const document = (statements: readonly object[]): string =>
  JSON.stringify({ Version: "2012-10-17", Statement: statements });
