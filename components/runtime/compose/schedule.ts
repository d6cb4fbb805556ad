const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/** One element of a cron field as systemd writes it: `1-5` is `1..5`, and every 15th is `0/15`. */
function element(text: string, first: number): string {
  const [range = "", step] = text.split("/");
  const span = range.replace("-", "..");
  if (step === undefined) return span;
  return span === "*" ? `${first}/${step}` : `${span}/${step}`;
}

const field = (text: string, first: number): string =>
  text
    .split(",")
    .map((part) => element(part, first))
    .join(",");

const months = (text: string): string =>
  MONTHS.reduce((changed, name, index) => changed.replaceAll(new RegExp(name, "gi"), String(index + 1)), text);

/** systemd knows days of the week by name only, and no steps of them. */
function weekdays(text: string): string {
  const listed = text.split(",").flatMap((part) => {
    const [range = "", step = "1"] = part.split("/");
    const [from = "", to = from] = range === "*" ? ["0", "6"] : range.split("-");
    const [low, high] = [dayNumber(from), dayNumber(to)];
    return Array.from(
      { length: Math.floor((high - low) / Number(step)) + 1 },
      (_, index) => low + index * Number(step),
    );
  });
  return [...new Set(listed.map((day) => DAYS[day] ?? ""))].join(",");
}

function dayNumber(text: string): number {
  const named = DAYS.findIndex((day) => day.toLowerCase() === text.slice(0, 3).toLowerCase());
  return named >= 0 ? named : Number(text);
}

/**
 * A schedule of five cron fields, in UTC, as systemd's calendar events. Two where cron runs on a day of the month or of
 * the week, whichever comes.
 */
export function calendarEvents(schedule: string): string[] {
  const [minute = "*", hour = "*", day = "*", month = "*", weekday = "*"] = schedule.split(" ");
  const time = `${field(hour, 0)}:${field(minute, 0)}:00 UTC`;
  const date = (dayOfMonth: string): string => `*-${field(months(month), 1)}-${field(dayOfMonth, 1)}`;
  if (weekday === "*") return [`${date(day)} ${time}`];
  const onWeekday = `${weekdays(weekday)} ${date("*")} ${time}`;
  return day === "*" ? [onWeekday] : [onWeekday, `${date(day)} ${time}`];
}
