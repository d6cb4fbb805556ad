import { expect, test } from "vitest";
import { isTwinId, makeId } from "./ids.ts";

test.each([
  ["hcloud", "9000000000", true],
  ["hcloud", "9099999999", true],
  ["hcloud", "9000000001-10.0.0.0/24", true],
  ["hcloud", "8999999999", false],
  ["hcloud", "9100000000", false],
  ["hcloud", "12345678", false],
  ["hcloud", "twin-1", false],
  ["aws", "twin-vpc-00000000000010000", true],
  ["aws", "vpc-00000000000010000", false],
  ["kubernetes", "default/ollama", false],
])("%s %s belongs to the twin: %s", (packageName, id, expected) => {
  expect(isTwinId(packageName, id)).toBe(expected);
});

test("every id that is made is the twin's own", () => {
  const random = Buffer.from("ffffffffffffffff", "hex");
  expect(makeId("hcloud", undefined, random)).toBe("9076710655");
  expect(makeId("aws", "vpc", random)).toBe("twin-vpc-0ffffffffffffffff");
});
