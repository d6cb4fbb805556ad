import type { z } from "zod";
import { bad, boundary, changed, exampleRow, good, unknown } from "../example.ts";
import { noParameters } from "../resource-rule.ts";
import { UNKNOWN } from "../row.ts";
import type { Rule } from "../rule.ts";
import { GROUP } from "./burst-group.ts";

const BUDGET = "aws:budgets/budget:Budget";
const ACTION = "aws:budgets/budgetAction:BudgetAction";

const group = exampleRow(GROUP, "burst-group", { maxSize: 2 });
const budget = exampleRow(BUDGET, "aws-budget", { budgetType: "COST", limitAmount: "1000" });
const action = exampleRow(ACTION, "aws-action", { approvalModel: "AUTOMATIC" });

/** What can start machines at AWS is stopped by AWS itself, whatever has become of the fleet. */
export const burstHasBrake: Rule<z.output<typeof noParameters>> = {
  id: "cost/burst-has-brake",
  title: "Where nodes come and go at AWS, a budget of AWS forbids new ones at its limit",
  why:
    "Alerts and brakes of the fleet hold while the fleet runs. An autoscaler that goes wrong at night starts machines of " +
    "hundreds of euros a day; AWS counts them by itself and can forbid them by itself.",
  severity: "high",
  level: "mandatory",
  scope: "environment",
  config: noParameters,
  unknown: "warn",
  fix: "State `budget.aws` in the environment file, with `monthlyUsd` and the roles that start nodes in `brakeRoles`.",
  source: "https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-controls.html",
  examples: [
    good("a group beside a budget that acts", [group, budget, action]),
    good("no group", exampleRow("hcloud:index/server:Server", "node", {})),
    bad("a group alone", group, ""),
    boundary("a budget that only writes mails", [group, budget], ""),
    boundary(
      "an action that waits for somebody to agree",
      [group, budget, changed(action, "approvalModel", "MANUAL")],
      "",
    ),
    unknown("an action whose approval `up` decides", [group, budget, changed(action, "approvalModel", UNKNOWN)], ""),
  ],

  *check(rows) {
    const approvals = rows.filter(({ type }) => type === ACTION).map(({ inputs }) => inputs["approvalModel"]);
    if (rows.some(({ type }) => type === BUDGET) && approvals.includes("AUTOMATIC")) return;
    for (const { type, urn, name } of rows) {
      if (type !== GROUP) continue;
      yield {
        urn,
        path: "",
        message: `Nothing at AWS ends what ${name} may come to cost.`,
        value: approvals.includes(UNKNOWN) ? UNKNOWN : "no budget that acts by itself",
        limit: "a budget with an automatic action",
      };
    }
  },
};
