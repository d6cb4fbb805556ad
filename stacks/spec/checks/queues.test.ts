import { expect, test } from "vitest";
import { addBurstPool, trialFacts } from "../../testdata/trial.ts";
import { entryOf } from "../of-kind.ts";
import { reservedShares } from "./queues.ts";

/** What is wrong where two teams reserve shares of a burst pool of one machine with eight GPUs. */
const complaints = (platform: Record<string, number>, assistants: Record<string, number>, gpus = 8) => [
  ...reservedShares(
    trialFacts((facts) => {
      addBurstPool(facts);
      for (const [team, shares] of Object.entries({ platform, assistants })) {
        const entry = entryOf("teams", facts.teams, team);
        entry.shares = shares;
        entry.quota.gpus = gpus;
      }
    }),
  ),
];

test("shares of a pool may add up to all of it", () => {
  expect(complaints({ burst: 0.25 }, { burst: 0.75, inference: 1 })).toEqual([]);
});

test("a pool that is given away twice is reported with who has how much of it", () => {
  expect(complaints({ burst: 0.5 }, { burst: 0.75 })).toEqual([
    {
      path: ["teams", "assistants", "shares", "burst"],
      got: "125 % of pool burst reserved: platform 50 % and assistants 75 %",
      expected: "shares of one pool that add up to 1 at most",
    },
  ]);
});

test("a share gives whole GPUs, and no more than the team may have", () => {
  expect(complaints({ burst: 0.3 }, {})).toEqual([
    {
      path: ["teams", "platform", "shares", "burst"],
      got: "0.3, which is 2.4 of the pool's 8 GPUs",
      expected: "a share that gives whole GPUs, such as 0.25",
    },
  ]);
  expect(complaints({ burst: 0.5 }, {}, 2)).toEqual([
    {
      path: ["teams", "platform", "shares", "burst"],
      got: "0.5, which is 4 GPUs, while the team's quota allows 2",
      expected: "at most the team's quota",
      fix: "raise teams.platform.quota.gpus, or reserve less",
    },
  ]);
});

test("a pool that there is not is reported with the nearest", () => {
  expect(complaints({ brust: 1 }, {}).map(({ path, nearest }) => [path.join("."), nearest])).toEqual([
    ["teams.platform.shares.brust", "burst"],
  ]);
});
