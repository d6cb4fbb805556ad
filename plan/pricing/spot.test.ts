import { expect, test } from "vitest";
import { seeded } from "./testing.ts";
import { bestInterval, effectiveSpotPrice, spotOverhead, type CheckpointedJob } from "./spot.ts";

const JOB: CheckpointedJob = { saveHours: 0.02, restartHours: 0.5, interruptionsPerHour: 0.01 };

test("checkpoints and interruptions make an hour of progress longer", () => {
  // 1 + 0.02 / 2 + 0.01 x (2 / 2 + 0.5) = 1 + 0.01 + 0.015.
  expect(spotOverhead(JOB, 2).toFixed()).toBe("1.025");
  expect(effectiveSpotPrice("2.40", JOB, 2).toFixed()).toBe("2.46");
});

test("the best interval is sqrt(2 s / L)", () => {
  expect(bestInterval(JOB).toFixed()).toBe("2");
  expect(bestInterval({ ...JOB, interruptionsPerHour: 0 }).isFinite()).toBe(false);
});

test("no interval beats the best one, over the range of interruptions that was seen", () => {
  for (let seed = 0; seed < 50; seed += 1) {
    const random = seeded(seed);
    const interruptionsPerHour = 0.0003 + random() * (0.05 - 0.0003);
    const job = { saveHours: 0.001 + random() * 0.2, restartHours: random(), interruptionsPerHour };
    const best = bestInterval(job).toNumber();
    const least = spotOverhead(job, best).minus("1e-12");
    for (const factor of [0.25, 0.5, 0.9, 1.1, 2, 4]) {
      expect(spotOverhead(job, best * factor).greaterThanOrEqualTo(least)).toBe(true);
    }
  }
});

test("more interruptions, slower saves and slower restarts never make it cheaper", () => {
  for (const grown of [
    { ...JOB, interruptionsPerHour: 0.05 },
    { ...JOB, saveHours: 0.04 },
    { ...JOB, restartHours: 1 },
  ]) {
    expect(spotOverhead(grown, 2).greaterThan(spotOverhead(JOB, 2))).toBe(true);
  }
});

test("an interval of zero and a negative quantity are refused", () => {
  expect(() => spotOverhead(JOB, 0)).toThrow(new RangeError("intervalHours is 0, expected a finite number above 0"));
  expect(() => bestInterval({ ...JOB, saveHours: -1 })).toThrow(
    new RangeError("saveHours is -1, expected a finite number above 0"),
  );
});
