import { bad, boundary, changed, exampleRow, exampleSurroundings, good, unknown } from "../example.ts";
import { noParameters } from "../resource-rule.ts";
import { UNKNOWN } from "../row.ts";
import type { Rule } from "../rule.ts";
import { asText, placeIn } from "../values.ts";

const BLOCK = "splitfleet:compute:CapacityBlock";

const block = exampleRow(BLOCK, "burst-block", {
  upfrontUsd: 12_000,
  approval: { by: "cto@example.com", until: "2026-12-31", upfrontUsd: 12_000, reason: "the release's training run" },
});
const UNTIL = "approval.until";
const AMOUNT = "upfrontUsd";

/** What is paid at once and never given back is bought by a person, for a while and up to an amount. */
export const capacityBlocksAreApproved: Rule = {
  id: "cost/capacity-blocks-are-approved",
  title: "A Capacity Block is covered by an approval that holds today",
  why:
    "AWS charges a Capacity Block when it is made, some for more than a server's purchase price. It can not be changed or " +
    "cancelled, and it survives the environment: an `up` must not buy one that nobody has agreed to lately.",
  severity: "critical",
  level: "mandatory",
  scope: "environment",
  config: noParameters,
  unknown: "fail",
  fix: "Have whoever pays write a later day or a higher amount in `pools.<name>.capacityBlock.approval`, or remove the block.",
  source: "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/capacity-blocks-purchase.html",
  examples: [
    good("agreed to until the end of the year", block),
    bad("an approval that has ended", changed(block, UNTIL, "2026-11-01"), UNTIL),
    bad("a dearer offer than was agreed to", changed(block, AMOUNT, 15_000), AMOUNT),
    boundary("the approval's last day", changed(block, UNTIL, "2026-11-21")),
    boundary("the day after", changed(block, UNTIL, "2026-11-20"), UNTIL),
    boundary("a dollar more", changed(block, AMOUNT, 12_001), AMOUNT),
    unknown("an approval on a day that nobody knows", block, UNTIL, { ...exampleSurroundings, lock: undefined }),
  ],

  *check(rows, { lock }) {
    for (const row of rows) {
      if (row.type !== BLOCK) continue;
      const until = placeIn(row, "approval", "until");
      const day = asText(until.value) ?? "";
      const limit = `${lock?.today ?? "today"} or later`;
      if (lock === undefined) {
        const message = `Whether the approval of ${row.name} still holds is not known.`;
        yield { urn: row.urn, path: until.path, message, value: UNKNOWN, limit };
      } else if (day < lock.today) {
        yield { urn: row.urn, path: until.path, message: `The approval of ${row.name} has ended.`, value: day, limit };
      }
      const [price, agreed] = [placeIn(row, "upfrontUsd"), placeIn(row, "approval", "upfrontUsd")];
      if (Number(price.value) <= Number(agreed.value)) continue;
      yield {
        urn: row.urn,
        path: price.path,
        message: `${row.name} costs more than was agreed to.`,
        value: String(price.value),
        limit: `at most ${String(agreed.value)} USD`,
      };
    }
  },
};
