import { expect, it } from "vitest";
import { stackUrn } from "../../policies/stack.ts";
import { UNKNOWN } from "../../policies/row.ts";
import { stateRows } from "./state-rows.ts";

const SECRET = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270" };
const stack = { urn: stackUrn("dev"), type: "pulumi:pulumi:Stack", custom: false };
const server = {
  urn: "urn:pulumi:dev::splitfleet::hcloud:index/server:Server::node",
  type: "hcloud:index/server:Server",
  custom: true,
  id: "42",
  parent: stack.urn,
  provider: "urn:pulumi:dev::splitfleet::pulumi:providers:hcloud::hetzner::an-id",
  created: "2026-03-01T08:00:00Z",
  inputs: { serverType: "cpx42", labels: { "splitfleet/pool": "inference" } },
  outputs: { ipv4Address: "192.0.2.1" },
};
const state = (resources: readonly object[], more: object = {}): string =>
  JSON.stringify({ version: 3, deployment: { manifest: {}, resources, ...more } });
const read = (text: string) => stateRows(text, "state.json", "dev");

it("makes rows of inputs, as the program states them", () => {
  const { rows, orderedOn, pending } = read(state([server, stack]));
  expect(rows.find(({ type }) => type === server.type)).toEqual({
    urn: server.urn,
    type: server.type,
    name: "node",
    parent: stack.urn,
    custom: true,
    provider: "urn:pulumi:dev::splitfleet::pulumi:providers:hcloud::hetzner",
    inputs: server.inputs,
    labels: { pool: "inference" },
    secretPaths: [],
    unknownPaths: [],
  });
  expect(rows.map(({ urn }) => urn)).toEqual([server.urn, stack.urn].toSorted());
  expect([...orderedOn]).toEqual([[server.urn, "2026-03-01"]]);
  expect(pending).toBe(0);
});

it("takes an encrypted secret for unknown and marks a decrypted one", () => {
  const inputs = {
    userData: { ...SECRET, ciphertext: "v1:c2VjcmV0" },
    name: { ...SECRET, plaintext: '"hidden"' },
  };
  const { rows } = read(state([stack, { ...server, inputs }]));
  expect(rows.find(({ type }) => type === server.type)).toMatchObject({
    inputs: { userData: UNKNOWN, name: "hidden" },
    secretPaths: ["userData", "name"],
    unknownPaths: ["userData"],
  });
});

it("passes over what the engine is about to delete, and counts what was cut off", () => {
  const cut = { resource: server, type: "creating" };
  const { rows, pending } = read(state([stack, { ...server, delete: true }], { pending_operations: [cut] }));
  expect([rows.map(({ type }) => type), pending]).toEqual([[stack.type], 1]);
});

const whole = state([stack, server]);
it.each([
  { what: "nothing", text: "", says: "0 characters that are no whole JSON document" },
  { what: "a file that is cut off", text: whole.slice(0, 200), says: "200 characters that are no whole JSON document" },
  { what: "another JSON document", text: "[]", says: "is not what `pulumi stack export` writes" },
  { what: "a backend's checkpoint", text: '{"version":3,"checkpoint":{}}', says: "deployment: " },
  { what: "a newer format", text: whole.replace('"version":3', '"version":9'), says: "version: got 9, expected 3" },
  { what: "resources of another shape", text: state([{ urn: 1 }]), says: "deployment.resources[0].urn: " },
  { what: "a state without a stack", text: state([server]), says: "holds 1 resources and no stack among them" },
  { what: "an empty state", text: '{"version":3,"deployment":{}}', says: "holds 0 resources" },
  {
    what: "the state of another stack",
    text: state([{ ...stack, urn: stackUrn("other") }]),
    says: `is the state of ${stackUrn("other")}; expected ${stackUrn("dev")}`,
  },
])("refuses $what, and says how to get a right one", ({ text, says }) => {
  expect(() => read(text)).toThrow("state.json: ");
  expect(() => read(text)).toThrow(says);
  expect(() => read(text)).toThrow("pulumi stack export --stack dev");
});

it("repeats nothing of a file that may hold secrets", () => {
  const text = '{"version":3,"deployment":{"token":"hvs.CAESIJsecretsecret';
  expect(() => read(text)).toThrow(/^(?!.*CAESIJ)/s);
});
