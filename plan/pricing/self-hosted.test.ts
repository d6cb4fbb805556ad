import { expect, test } from "vitest";
import { eurosPerMillionTokens, eurosPerThousandRequests } from "./self-hosted.ts";

test("a million tokens cost what the nodes cost in the time they take", () => {
  // 1,000 tokens/s x 3,600 s x 730 h = 2,628 M tokens for 2,628 euros.
  const serving = { eurosPerMonth: 2628, tokensPerSecond: 1000, utilisation: 1 };
  expect(eurosPerMillionTokens(serving).toFixed()).toBe("1");
  expect(eurosPerMillionTokens({ ...serving, utilisation: 0.25 }).toFixed()).toBe("4");
  expect(eurosPerMillionTokens({ ...serving, hoursPerMonth: 73 }).toFixed()).toBe("10");
});

test("a thousand requests cost a share of what the nodes answer in a month", () => {
  // 1,460 a day x 730 / 24 days = 44,408.33 at full load; half of it for 22.204... euros is 1 a thousand.
  const capacity = { eurosPerMonth: "22.2041666666666667", requestsPerDay: 1460, utilisation: 0.5 };
  expect(eurosPerThousandRequests(capacity).toFixed(9)).toBe("1.000000000");
});

test.each<[() => unknown, string]>([
  [
    () => eurosPerMillionTokens({ eurosPerMonth: 1, tokensPerSecond: 0, utilisation: 1 }),
    "tokensPerSecond is 0, expected a finite number above 0",
  ],
  [
    () => eurosPerMillionTokens({ eurosPerMonth: 1, tokensPerSecond: 1, utilisation: 1, hoursPerMonth: 0 }),
    "hoursPerMonth is 0, expected a finite number above 0",
  ],
  [
    () => eurosPerMillionTokens({ eurosPerMonth: 1, tokensPerSecond: 1, utilisation: 1.5 }),
    "utilisation is 1.5, expected a share from 0 to 1",
  ],
  [
    () => eurosPerThousandRequests({ eurosPerMonth: 1, requestsPerDay: 1, utilisation: 0 }),
    "utilisation is 0, expected a finite number above 0",
  ],
])("what nobody can divide by is refused: %#", (compute, message) => {
  expect(compute).toThrow(new RangeError(message));
});
