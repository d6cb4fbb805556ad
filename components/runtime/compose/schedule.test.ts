import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { debianProgram } from "../../../sandbox/toolchain/debian.ts";
import { calendarEvents } from "./schedule.ts";

const SCHEDULES: [schedule: string, events: string[]][] = [
  ["30 2 * * *", ["*-*-* 2:30:00 UTC"]],
  ["*/15 * * * *", ["*-*-* *:0/15:00 UTC"]],
  ["0 8-18/2 * * MON-FRI", ["Mon,Tue,Wed,Thu,Fri *-*-* 8..18/2:0:00 UTC"]],
  ["0 0 1,15 jan-mar *", ["*-1..3-1,15 0:0:00 UTC"]],
  ["5 4 * * 7", ["Sun *-*-* 4:5:00 UTC"]],
  ["5 4 13 * 5", ["Fri *-*-* 4:5:00 UTC", "*-*-13 4:5:00 UTC"]],
  ["0 3 */2 * *", ["*-*-1/2 3:0:00 UTC"]],
  ["0 3 * * */2", ["Sun,Tue,Thu,Sat *-*-* 3:0:00 UTC"]],
];

test.each(SCHEDULES)("the schedule %s", (schedule, events) => {
  expect(calendarEvents(schedule)).toEqual(events);
});

test("systemd understands every event", async () => {
  const program = await debianProgram("systemd-analyze", "systemd");
  const events = SCHEDULES.flatMap(([, all]) => all);
  expect(() => execFileSync(program, ["calendar", ...events], { stdio: "pipe" })).not.toThrow();
});
