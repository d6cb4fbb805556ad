import { describe, expect, it } from "vitest";
import { reasonToSleep, shouldWake } from "./due.ts";

const days = ["mon", "tue", "wed", "thu", "fri"] as const;
const hours = { from: "08:00", to: "18:00", days: [...days], timeZone: "Europe/Berlin" };
/** A Friday; Berlin is an hour ahead of UTC. */
const friday = (utc: string): Date => new Date(`2026-11-20T${utc}:00Z`);
const saturday = new Date("2026-11-21T12:00:00Z");

describe("an environment with hours", () => {
  it.each([
    { now: friday("06:59"), within: false, wakes: false },
    { now: friday("07:00"), within: true, wakes: true },
    { now: friday("08:59"), within: true, wakes: true },
    { now: friday("09:00"), within: true, wakes: false },
    { now: friday("16:59"), within: true, wakes: false },
    { now: friday("17:00"), within: false, wakes: false },
    { now: saturday, within: false, wakes: false },
  ])("sleeps outside of them and wakes in their first two hours: $now", ({ now, within, wakes }) => {
    const says = "its hours are 08:00 to 18:00 on mon, tue, wed, thu, fri (Europe/Berlin)";
    expect(reasonToSleep({ hours }, now)).toBe(within ? undefined : says);
    expect(shouldWake({ hours }, now)).toBe(wakes);
  });
});

describe("an environment that expires", () => {
  it("sleeps from the day after, whatever its hours, and is not woken", () => {
    const identity = { expires: "2026-11-19", hours };
    expect(reasonToSleep(identity, friday("10:00"))).toBe("it was wanted until 2026-11-19");
    expect(shouldWake(identity, friday("07:30"))).toBe(false);
  });

  it.each(["2026-11-20", "never", undefined])("runs up to that day: %s", (expires) => {
    expect(reasonToSleep({ expires }, friday("10:00"))).toBeUndefined();
  });
});

describe("an environment with idle hours", () => {
  const identity = { idleHours: 8 };
  it("sleeps once nobody has asked it anything and no job is under way", () => {
    expect(reasonToSleep(identity, saturday, { requests: 0, jobs: 0 })).toBe(
      "nobody has asked it anything for 8 hours, and no job is under way",
    );
  });

  it.each([{ requests: 1, jobs: 0 }, { requests: 0, jobs: 1 }, undefined])("runs on with %j", (activity) => {
    expect(reasonToSleep(identity, saturday, activity)).toBeUndefined();
  });

  it("is woken by people only", () => {
    expect(shouldWake({}, friday("07:30"))).toBe(false);
  });
});
