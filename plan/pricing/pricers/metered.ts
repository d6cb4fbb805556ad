import type { Quote } from "../quote.ts";
import type { Pricer } from "./pricer.ts";

/** Types that are billed by what is put into them. While no use is stated, they are named, not counted as zero. */
const METERED: { readonly [type: string]: string } = {
  "aws:s3/bucket:Bucket": "every GB stored for a month",
  "aws:s3/bucketV2:BucketV2": "every GB stored for a month",
  "hcloud:index/snapshot:Snapshot": "every GB of the image for a month",
};

export const metered: Pricer = {
  types: Object.keys(METERED),
  price(quote: Quote) {
    const what = METERED[quote.row.type];
    quote.report({
      rule: "cost/no-usage",
      level: "advisory",
      severity: "low",
      path: [],
      message: `${quote.row.name} bills ${what}; the plan does not know how many, and counts none.`,
      limit: "a stated use",
      fix: "Watch this part of the bill; docs/reference/prices.md has the price of one unit.",
    });
  },
};
