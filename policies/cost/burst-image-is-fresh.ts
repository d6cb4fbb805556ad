import { z } from "zod";
import { daysBetween } from "../days.ts";
import { bad, boundary, changed, exampleRow, exampleSurroundings, good, unknown } from "../example.ts";
import { UNKNOWN } from "../row.ts";
import type { Rule } from "../rule.ts";
import { asText, placeIn } from "../values.ts";

const config = z.strictObject({
  maximumDays: z.int().min(1).default(120).meta({ description: "Days after which an image counts as stale." }),
});

const POOL = "splitfleet:compute:BurstPool";
const CREATED = "image.created";

const pool = exampleRow(POOL, "burst", {
  image: { id: "ami-0123456789abcdef0", name: "GPU image 20261002", created: "2026-10-02", rootDevice: "/dev/sda1" },
});
const made = (day: string) => changed(pool, CREATED, day);

/** Burst nodes are never updated: what their image lacks, every one of them lacks. */
export const burstImageIsFresh: Rule<z.output<typeof config>> = {
  id: "cost/burst-image-is-fresh",
  title: "Burst nodes start from an image of the last months",
  why:
    "A burst node takes no updates, so its kernel and NVIDIA's driver are as old as its image. One that is too old for a " +
    "container's CUDA is started, billed and refused; and AWS withdraws images that it has replaced.",
  severity: "medium",
  level: "advisory",
  scope: "environment",
  config,
  unknown: "ignore",
  fix: "Run `npm run resolve -- <environment>`, read what it changes, and commit the lock.",
  source: "https://docs.aws.amazon.com/dlami/latest/devguide/support-policy.html",
  examples: [
    good("an image of seven weeks ago", pool),
    bad("an image of last year", made("2025-11-21"), CREATED),
    boundary("120 days", made("2026-07-24")),
    boundary("121 days", made("2026-07-23"), CREATED),
    boundary("no pool that comes and goes", exampleRow("splitfleet:compute:HetznerPool", "inference", {})),
    unknown("a day on which nobody knows the date", pool, CREATED, { ...exampleSurroundings, lock: undefined }),
  ],

  *check(rows, { lock, config: { maximumDays } }) {
    for (const row of rows) {
      if (row.type !== POOL) continue;
      const { path, value } = placeIn(row, "image", "created");
      const limit = `at most ${maximumDays} days before ${lock?.today ?? "today"}`;
      const place = { urn: row.urn, path, limit };
      if (lock === undefined) {
        yield { ...place, message: `How old the image of ${row.name} is is not known.`, value: UNKNOWN };
        continue;
      }
      const created = asText(value) ?? "";
      const days = daysBetween(created, lock.today);
      if (days > maximumDays) {
        yield { ...place, message: `The image of ${row.name} was made ${days} days ago.`, value: created };
      }
    }
  },
};
