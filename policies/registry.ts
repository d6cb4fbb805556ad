import { withinBudget } from "./cost/within-budget.ts";
import type { Rule } from "./rule.ts";
import { noOpenFirewall } from "./security/no-open-firewall.ts";
import { noSecretInUserData } from "./security/no-secret-in-user-data.ts";

/** Every rule, run by plan and by the policy pack alike. A new rule is one file and one line here. */
export const rules: readonly Rule[] = [withinBudget, noOpenFirewall, noSecretInUserData];
