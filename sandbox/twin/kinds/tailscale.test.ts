import { afterEach, expect, test } from "vitest";
import { TestRehearsal, urnOf } from "../protocol/test-client.ts";

const key = urnOf("tailscale:index/tailnetKey:TailnetKey", "join");
let now = new Date("2026-01-02T00:00:00Z");
let rehearsal: TestRehearsal;
afterEach(() => rehearsal.end());

test.each([
  [{ expiry: 3600, reusable: false }, "stays, marked invalid"],
  [{ expiry: 3600, reusable: true }, "is gone"],
  [{ expiry: 3600, reusable: false, recreateIfInvalid: "always" }, "is gone"],
  [{ expiry: 3600, reusable: true, recreateIfInvalid: "never" }, "stays, marked invalid"],
])("after its hour a key with %o %s", async (inputs, outcome) => {
  now = new Date("2026-01-02T00:00:00Z");
  rehearsal = new TestRehearsal({ now: () => now });
  const tailscale = await rehearsal.provider("tailscale");
  const { id, state } = await tailscale.create(key, inputs);
  expect([state["invalid"], state["expiresAt"]]).toEqual([false, "2026-01-02T01:00:00.000Z"]);
  now = new Date("2026-01-02T01:00:01Z");
  const read = await tailscale.read(key, id, inputs);
  const validity = read.state["invalid"] === true ? "stays, marked invalid" : "stays valid";
  expect(read.id === "" ? "is gone" : validity).toBe(outcome);
});

test("a spent single-use key is invalid at once", async () => {
  rehearsal = new TestRehearsal({ now: () => now });
  const tailscale = await rehearsal.provider("tailscale");
  const { id } = await tailscale.create(key, { reusable: false });
  const [made] = rehearsal.world.objects("tailscale").all();
  if (made !== undefined) rehearsal.world.put("update", { ...made, facts: { invalid: true } });
  expect((await tailscale.read(key, id)).state["invalid"]).toBe(true);
});

test("every field of a key replaces it", async () => {
  rehearsal = new TestRehearsal();
  const tailscale = await rehearsal.provider("tailscale");
  const old = { expiry: 3600, tags: ["tag:node"], ephemeral: false };
  expect((await tailscale.diff(key, old, { expiry: 60, tags: ["tag:gpu"], ephemeral: true })).replaces).toEqual([
    "ephemeral",
    "expiry",
    "tags",
  ]);
});

test("a tailnet has one policy file", async () => {
  rehearsal = new TestRehearsal();
  const tailscale = await rehearsal.provider("tailscale");
  await tailscale.create(urnOf("tailscale:index/acl:Acl", "policy"), { acl: "{}" });
  await expect(tailscale.create(urnOf("tailscale:index/acl:Acl", "other"), { acl: "{}" })).rejects.toThrow(
    "the tailnet has one policy file, and another resource owns it",
  );
});

const TAGGED = { tagOwners: { "tag:lab": [] }, grants: [{ src: ["tag:lab"], dst: ["tag:shop"], ip: ["tcp:80"] }] };
test.each([
  ["{ grants: }", "error decoding ACL: not a valid HuJSON document (400)"],
  [JSON.stringify(TAGGED), 'tag not found: "tag:shop" (400)'],
])("a policy file such as %s is refused", async (acl, reason) => {
  rehearsal = new TestRehearsal();
  const tailscale = await rehearsal.provider("tailscale");
  await expect(tailscale.create(urnOf("tailscale:index/acl:Acl", "policy"), { acl })).rejects.toThrow(reason);
});

test("a policy file with comments is changed in place", async () => {
  rehearsal = new TestRehearsal();
  const tailscale = await rehearsal.provider("tailscale");
  const acl = urnOf("tailscale:index/acl:Acl", "policy");
  await tailscale.create(acl, { acl: '// closed\n{ "grants": [], }' });
  expect((await tailscale.diff(acl, { acl: "{}" }, { acl: '{ "grants": [] }' })).replaces).toEqual([]);
});
