import { bad, boundary, exampleRow, exampleSurroundings, good, unknown } from "../example.ts";
import { noParameters } from "../resource-rule.ts";
import { UNKNOWN } from "../row.ts";
import type { Rule } from "../rule.ts";
import { asText, placeIn } from "../values.ts";

const POOL = "splitfleet:compute:BurstPool";

const until = (expires: string | undefined) => exampleRow(POOL, "experiment", expires === undefined ? {} : { expires });

/** AWS has closed a pool past its last day; its role, template and network still stand. */
export const burstPoolsEnd: Rule = {
  id: "cost/burst-pools-end",
  title: "A burst pool past its last day is taken out of the environment",
  why:
    "AWS sets the group of such a pool to zero by itself and for good. A pool that stays in the file is one change of its " +
    "group away from starting machines of tens of euros an hour again, and pods that ask for it wait for ever.",
  severity: "medium",
  level: "mandatory",
  scope: "environment",
  config: noParameters,
  unknown: "ignore",
  fix: "Remove the pool, or have its team write a later day in `pools.<name>.expires`.",
  source:
    "https://docs.aws.amazon.com/wellarchitected/latest/cost-optimization-pillar/cost_decomissioning_resources_decommission.html",
  examples: [
    good("a day to come", until("2026-12-31")),
    bad("a day that is past", until("2026-11-01"), "expires"),
    boundary("its last day", until("2026-11-21")),
    boundary("the day after", until("2026-11-20"), "expires"),
    boundary("a pool without an end", until(undefined)),
    unknown("a last day on a day that nobody knows", until("2026-12-31"), "expires", {
      ...exampleSurroundings,
      lock: undefined,
    }),
  ],

  *check(rows, { lock }) {
    for (const row of rows) {
      const { path, value } = placeIn(row, "expires");
      const expires = asText(value);
      if (row.type !== POOL || expires === undefined) continue;
      const place = { urn: row.urn, path, limit: `${lock?.today ?? "today"} or later` };
      if (lock === undefined) {
        yield { ...place, message: `Whether ${row.name} is still wanted is not known.`, value: UNKNOWN };
      } else if (expires < lock.today) {
        yield { ...place, message: `${row.name} was wanted until ${expires}.`, value: expires };
      }
    }
  },
};
