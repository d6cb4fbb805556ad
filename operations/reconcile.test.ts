import { expect, it } from "vitest";
import type { Deployment } from "../sandbox/session/state.ts";
import { reconcile, type OwnedObject } from "./reconcile.ts";

const TYPE = "hcloud:index/server:Server";
const urn = (name: string): string => `urn:pulumi:sandbox::splitfleet::${TYPE}::${name}`;
const server = (name: string, id: string) => ({ urn: urn(name), custom: true, id, type: TYPE });
const creating = (name: string) => ({
  type: "creating",
  resource: { urn: urn(name), custom: true, type: TYPE, inputs: { location: "fsn1" } },
});
const object = (name: string, id: string): OwnedObject => ({ package: "hcloud", id, urn: urn(name) });

it("adopts what a pending create has made, with its inputs as outputs until the refresh", () => {
  const state: Deployment = { resources: [server("a", "1")], pending_operations: [creating("b")] };
  expect(reconcile(state, [object("a", "1"), object("b", "2")])).toEqual({
    deployment: {
      resources: [
        server("a", "1"),
        { ...server("b", "2"), inputs: { location: "fsn1" }, outputs: { location: "fsn1" } },
      ],
    },
    adopted: [object("b", "2")],
    orphans: [],
    dropped: [],
  });
});

it("drops a pending create that has made nothing", () => {
  const state: Deployment = { resources: [server("a", "1")], pending_operations: [creating("b")] };
  expect(reconcile(state, [object("a", "1")])).toEqual({
    deployment: { resources: [server("a", "1")] },
    adopted: [],
    orphans: [],
    dropped: [creating("b")],
  });
});

it("deletes the new half of an unfinished replacement, so that the old one stays the only one", () => {
  const state: Deployment = { resources: [server("a", "1")], pending_operations: [creating("a")] };
  const result = reconcile(state, [object("a", "1"), object("a", "2")]);
  expect(result.deployment).toEqual({ resources: [server("a", "1")] });
  expect(result.orphans).toEqual([object("a", "2")]);
  expect(result.dropped).toEqual([creating("a")]);
});

it("adopts a create whose only namesake in the state waits to be deleted", () => {
  const old = { ...server("a", "1"), delete: true };
  const state: Deployment = { resources: [old], pending_operations: [creating("a")] };
  const result = reconcile(state, [object("a", "1"), object("a", "2")]);
  expect(result.adopted).toEqual([object("a", "2")]);
  expect(result.orphans).toEqual([]);
});

it("deletes an object that neither the state nor a pending operation knows", () => {
  const result = reconcile({ resources: [server("a", "1")] }, [object("a", "1"), object("b", "2")]);
  expect(result.orphans).toEqual([object("b", "2")]);
  expect(result.deployment).toEqual({ resources: [server("a", "1")] });
});

it("adopts the last of two objects that one pending create has made, and deletes the other", () => {
  const result = reconcile({ pending_operations: [creating("a")] }, [object("a", "1"), object("a", "2")]);
  expect(result.adopted).toEqual([object("a", "2")]);
  expect(result.orphans).toEqual([object("a", "1")]);
});

it("leaves alone what a renamed resource owns and what was there before anybody", () => {
  const world = [{ ...object("old-name", "1") }, { package: "hcloud", id: "7", urn: "" }];
  const result = reconcile({ resources: [server("new-name", "1")] }, world);
  expect(result.orphans).toEqual([]);
});

it("drops pending updates, deletes and reads, which the refresh decides", () => {
  const pending = ["updating", "deleting", "reading"].map((type) => ({ type, resource: server("a", "1") }));
  const state: Deployment = { resources: [server("a", "1")], pending_operations: pending };
  expect(reconcile(state, [object("a", "1")])).toEqual({
    deployment: { resources: [server("a", "1")] },
    adopted: [],
    orphans: [],
    dropped: pending,
  });
});
