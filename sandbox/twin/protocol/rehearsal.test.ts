import { rmSync, symlinkSync } from "node:fs";
import path from "node:path";
import { afterEach, expect, test } from "vitest";
import { enterRehearsal, type Caller } from "./rehearsal.ts";
import { TestRehearsal, urnOf } from "./test-client.ts";

const SERVER = "hcloud:index/server:Server";

function refusal(what: string): string {
  return (
    `The simulated clouds refuse to work: ${what}. ` +
    "Use `npm run up`, or `npm run shell` for the Pulumi CLI itself; a live run must not have the twin on its PATH."
  );
}

let rehearsal: TestRehearsal | undefined;
afterEach(() => rehearsal?.end());

/** What the engine is told, with the marker's path made readable. */
async function configure(caller: Partial<Caller>, prepare?: (marker: string) => void): Promise<string> {
  rehearsal = new TestRehearsal({ caller });
  prepare?.(rehearsal.marker);
  const provider = await rehearsal.provider("hcloud");
  try {
    await provider.configure();
    return "configured";
  } catch (error) {
    return String((error as Error).message).replaceAll(rehearsal.marker, "<marker>");
  }
}

test("a session inside the marker is let in", async () => {
  expect(await configure({})).toBe("configured");
});

test("an engine without a marker is refused", async () => {
  expect(await configure({ rehearsal: undefined })).toBe(
    refusal("SPLITFLEET_REHEARSAL is not set, so this is not known to be a rehearsal"),
  );
});

test("an engine of another rehearsal is refused", async () => {
  expect(await configure({ rehearsal: "/elsewhere" })).toBe(
    refusal("the session's marker is /elsewhere, but this twin simulates <marker>"),
  );
});

test("a marker without rehearsal.json is refused", async () => {
  expect(await configure({}, (marker) => rmSync(path.join(marker, "rehearsal.json")))).toBe(
    refusal("<marker>/rehearsal.json does not exist, so this is not known to be a rehearsal"),
  );
});

test.each([
  [undefined, "PULUMI_BACKEND_URL is not set, so the state may be a live one; expected a file:// below <marker>"],
  ["https://app.example.org", "the backend is https://app.example.org; expected a file:// below <marker>"],
  ["s3://key:secret@bucket/state", "the backend is s3://…@bucket/state; expected a file:// below <marker>"],
  ["file://~", "the backend is file://~; expected a file:// below <marker>"],
  ["file:///var/state", "the backend is file:///var/state; expected a file:// below <marker>"],
])("a backend of %s is refused", async (backend, what) => {
  expect(await configure({ backend })).toBe(refusal(what));
});

test("a backend behind a link that leaves the marker is refused", () => {
  rehearsal = new TestRehearsal();
  const { marker } = rehearsal;
  symlinkSync(path.dirname(marker), path.join(marker, "link"));
  expect(() => enterRehearsal({ rehearsal: marker, backend: `file://${marker}/link/state` }, marker)).toThrow(
    `the backend is file://${marker}/link/state; expected a file:// below ${marker}`,
  );
});

test("a resource of a stack that looks live is refused", async () => {
  rehearsal = new TestRehearsal();
  const provider = await rehearsal.provider("hcloud");
  const live = urnOf(SERVER, "node", "production");
  const message = refusal(`${live} is of stack production in project splitfleet; expected sandbox in splitfleet`);
  await expect(provider.create(live, {})).rejects.toThrow(message);
  await expect(provider.delete(live, "9000000001")).rejects.toThrow(message);
  await expect(provider.checkConfig("hcloud", {}, "production")).rejects.toThrow("is of stack production");
});
