import { expect, test } from "vitest";
import { describeWindow, isOpen } from "./window.ts";

test("is open from its first hour to before its last, also over midnight", () => {
  const night = { day: undefined, startHour: 23, hours: 3 };
  const at = (time: string) => isOpen(night, new Date(`2026-11-21T${time}Z`));
  expect([at("22:59:59"), at("23:00:00"), at("01:59:59"), at("02:00:00")]).toEqual([false, true, true, false]);
});

test("belongs to the day on which it has begun", () => {
  const saturday = { day: "saturday", startHour: 23, hours: 3 } as const;
  expect(isOpen(saturday, new Date("2026-11-21T23:30:00Z"))).toBe(true);
  expect(isOpen(saturday, new Date("2026-11-22T01:30:00Z"))).toBe(true);
  expect(isOpen(saturday, new Date("2026-11-21T01:30:00Z"))).toBe(false);
});

test("is told in words", () => {
  expect(describeWindow({ day: "monday", startHour: 22, hours: 4 })).toBe("monday from 22:00 to 02:00 UTC");
  expect(describeWindow({ day: undefined, startHour: 2, hours: 3 })).toBe("daily from 02:00 to 05:00 UTC");
});
