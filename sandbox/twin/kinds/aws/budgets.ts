import type { Kind } from "../../kind.ts";
import { textAt } from "../../protocol/paths.ts";
import { ACCOUNT, nameClaims, nameOfAtMost, ROLE } from "./common.ts";

const BUDGET = "aws:budgets/budget:Budget";

/** AWS Budgets, which lives in the account and in no region. No euro is counted, so no action ever runs. */
export const budgets: Readonly<Record<string, Kind>> = {
  [BUDGET]: {
    idPrefix: "budget",
    replaceOn: ["name", "namePrefix", "accountId"],
    naming: nameOfAtMost(100),
    claims: (inputs) =>
      nameClaims(
        inputs,
        `DuplicateRecordException: Error creating budget: ${textAt(inputs, "name")} - the budget already exists.`,
      ),
    outputs: {
      accountId: () => ACCOUNT,
      arn: ({ id, inputs }) => `arn:aws:budgets::${ACCOUNT}:budget/${textAt(inputs, "name") ?? id}`,
    },
  },
  "aws:budgets/budgetAction:BudgetAction": {
    idPrefix: "action",
    replaceOn: ["actionType", "budgetName", "accountId"],
    references: [
      { at: "budgetName", to: BUDGET, by: "name", holds: true },
      { at: "executionRoleArn", to: ROLE, by: "arn" },
    ],
    outputs: {
      accountId: () => ACCOUNT,
      actionId: ({ id }) => id,
      arn: ({ id, inputs }) => `arn:aws:budgets::${ACCOUNT}:budget/${textAt(inputs, "budgetName") ?? ""}/action/${id}`,
      status: () => "STANDBY",
    },
  },
};
