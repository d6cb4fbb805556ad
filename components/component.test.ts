import type * as hcloud from "@pulumi/hcloud";
import { expect, test } from "vitest";
import { refine } from "./component.ts";

const args: hcloud.NetworkArgs = { ipRange: "10.0.0.0/16" };

test("arguments without a transform stay as they are", () => {
  expect(refine("hcloud:index/network:Network", args)).toBe(args);
});

test("a transform has the last word", () => {
  expect(refine("hcloud:index/network:Network", args, (before) => ({ ...before, deleteProtection: true }))).toEqual({
    ipRange: "10.0.0.0/16",
    deleteProtection: true,
  });
});

test("a property that the resource does not have is refused although the SDK would drop it without a word", () => {
  const misspelt = { ...args, deleteProtetion: true };
  expect(() => refine<hcloud.NetworkArgs>("hcloud:index/network:Network", misspelt)).toThrow(
    "deleteProtetion is not a property of hcloud:index/network:Network; did you mean deleteProtection? " +
      "Valid here: deleteProtection, exposeRoutesToVswitch, ipRange, labels, name",
  );
});
