import { STACK_TYPE } from "../../../policies/stack.ts";
import type { Pricer } from "./pricer.ts";
import { addTokens } from "./token-use.ts";
import { addTraffic } from "./traffic.ts";

/** What no resource of its own stands for: tokens of API models and bytes that leave a site, as `usage` states them. */
export const statedUse: Pricer = {
  types: [STACK_TYPE],
  price(quote) {
    addTokens(quote);
    addTraffic(quote);
  },
};
