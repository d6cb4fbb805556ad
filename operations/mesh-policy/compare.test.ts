import { expect, test } from "vitest";
import { comparePolicies } from "./compare.ts";

const GRANT = { src: ["tag:lab-edge"], dst: ["tag:lab-core"], ip: ["tcp:6443"] };
const WIDE = { src: ["*"], dst: ["*"], ip: ["*"] };

test("the order of entries and keys counts for nothing", () => {
  const other = { grants: [WIDE, { ip: GRANT.ip, dst: GRANT.dst, src: GRANT.src }] };
  expect(comparePolicies({ grants: [GRANT, WIDE] }, other)).toEqual([]);
});

test("what one of them has alone is told with its section", () => {
  const derived = { tagOwners: { "tag:lab": [], "tag:lab-core": ["tag:lab"] }, grants: [GRANT] };
  const other = { tagOwners: { "tag:lab": ["autogroup:member"], "tag:lab-core": ["tag:lab"] }, grants: [WIDE] };
  expect(comparePolicies(derived, other)).toEqual([
    { section: "tagOwners", only: "derived", entry: { "tag:lab": [] } },
    { section: "tagOwners", only: "other", entry: { "tag:lab": ["autogroup:member"] } },
    { section: "grants", only: "derived", entry: GRANT },
    { section: "grants", only: "other", entry: WIDE },
  ]);
});

test("a section that is missing differs from one that is empty", () => {
  expect(comparePolicies({ grants: [] }, {})).toEqual([{ section: "grants", only: "derived", entry: [] }]);
  expect(comparePolicies({ grants: [] }, { grants: [], nodeAttrs: [] })).toEqual([
    { section: "nodeAttrs", only: "other", entry: [] },
  ]);
});
