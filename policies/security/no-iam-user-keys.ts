import { bad, boundary, changed, exampleRow, good, unknown } from "../example.ts";
import { noParameters, resourceRule } from "../resource-rule.ts";
import { UNKNOWN } from "../row.ts";
import { placeIn } from "../values.ts";

const KEY = "aws:iam/accessKey:AccessKey";
const key = exampleRow(KEY, "backup", { user: "backup" });

export const noIamUserKeys = resourceRule({
  id: "security/no-iam-user-keys",
  title: "Nobody holds a permanent AWS key",
  why:
    "An access key works from anywhere until somebody deletes it, and it lies in Pulumi's state. Nodes have an " +
    "instance role, pipelines have OIDC, people have a session.",
  severity: "critical",
  level: "mandatory",
  config: noParameters,
  unknown: "fail",
  fix: "Give the node a role, the pipeline an OIDC provider, and let Vault issue short-lived keys where neither works.",
  source:
    "AWS Foundational Security Best Practices IAM.3; " +
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html",
  types: [KEY],
  examples: [
    good("a role of a node", exampleRow("aws:iam/role:Role", "node", { assumeRolePolicy: "{}" })),
    bad("a key of a user", key, "user"),
    boundary("a key that was switched off", changed(key, "status", "Inactive")),
    unknown("a status that `up` decides", changed(key, "status", UNKNOWN), "status"),
  ],

  *inspect(row) {
    const status = placeIn(row, "status");
    if (status.value === "Inactive") return;
    const isUndecided = status.value === UNKNOWN;
    yield {
      path: isUndecided ? status.path : "user",
      message: `${row.name} is a key that works until it is deleted.`,
      value: isUndecided ? UNKNOWN : "an active key",
      limit: "no access key",
    };
  },
});
