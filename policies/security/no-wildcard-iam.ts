import { z } from "zod";
import { bad, boundary, exampleRow, good, unknown } from "../example.ts";
import { resourceRule, undecided } from "../resource-rule.ts";
import { UNKNOWN, type Row } from "../row.ts";
import { POLICY_TYPES, statementsOf } from "./iam-documents.ts";

const config = z.strictObject({
  anywhere: z
    .array(z.string())
    .default([
      "autoscaling:DescribeAutoScalingGroups",
      "autoscaling:DescribeAutoScalingInstances",
      "autoscaling:DescribeLaunchConfigurations",
      "autoscaling:DescribeScalingActivities",
      "ec2:DescribeImages",
      "ec2:DescribeInstanceTypes",
      "ec2:DescribeLaunchTemplateVersions",
      "sts:GetCallerIdentity",
      "sts:GetWebIdentityToken",
    ])
    .meta({ description: "Actions that AWS knows no resource for, so that they need `*`." }),
});

const policy = (Action: string | string[], Resource: string): Row =>
  exampleRow("aws:iam/rolePolicy:RolePolicy", "identity", {
    policy: JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action, Resource }] }),
  });
const BUCKET = "arn:aws:s3:::example-weights/*";

export const noWildcardIam = resourceRule({
  id: "security/no-wildcard-iam",
  title: "IAM policies allow named actions on named resources",
  why:
    "What a role may do is what its node gives away when it is taken over. A spot node that may read one prefix " +
    "of one bucket is a nuisance, one with a wildcard is the account.",
  severity: "critical",
  level: "mandatory",
  config,
  unknown: "warn",
  fix: "Write the actions out and name the resources by ARN.",
  source: "AWS Foundational Security Best Practices IAM.1 and IAM.21",
  types: POLICY_TYPES,
  examples: [
    good("reading one bucket", policy("s3:GetObject", BUCKET)),
    bad("everything", policy("*", "*"), ["policy", "policy"]),
    bad("a service with all its actions", policy("s3:*", BUCKET), "policy"),
    bad("text that is not JSON", exampleRow("aws:iam/policy:Policy", "broken", { policy: "{" }), "policy"),
    boundary("an action that knows no resource", policy("sts:GetWebIdentityToken", "*")),
    boundary("that action beside another", policy(["sts:GetWebIdentityToken", "s3:ListBucket"], "*"), "policy"),
    boundary("a family of reading actions", policy("s3:Get*", BUCKET)),
    unknown(
      "a document that `up` decides",
      exampleRow("aws:iam/policy:Policy", "later", { policy: UNKNOWN }),
      "policy",
    ),
  ],

  *inspect(row, { config: { anywhere } }) {
    const { place, statements } = statementsOf(row);
    const limit = "named actions on named resources";
    if (statements === UNKNOWN) return yield undecided(place, limit);
    const fault = (message: string, value: string) => ({ path: place.path, message, value, limit });
    if (statements === undefined) return yield fault(`The policy of ${row.name} is not a JSON document.`, "not JSON");
    for (const { effect, actions, resources, fields } of statements) {
      if (effect !== "Allow") continue;
      const wide = actions.filter((action) => action === "*" || action.endsWith(":*"));
      if (wide.length > 0) yield fault(`${row.name} allows every action of ${wide.join(", ")}.`, wide.join(", "));
      if (fields["NotAction"] !== undefined)
        yield fault(`${row.name} allows everything but some actions.`, "NotAction");
      const unbound = actions.filter((action) => !anywhere.includes(action));
      if (resources.includes("*") && unbound.length > 0)
        yield fault(`${row.name} allows ${unbound.join(", ")} on every resource.`, "*");
    }
  },
});
