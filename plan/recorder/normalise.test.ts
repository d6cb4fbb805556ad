import {
  specialArchiveSig,
  specialAssetSig,
  specialOutputValueSig,
  specialResourceSig,
  specialSecretSig,
  specialSigKey,
} from "@pulumi/pulumi/runtime/rpc.js";
import { describe, expect, it } from "vitest";
import { UNKNOWN, type Value } from "../../policies/row.ts";
import { toRow, type Properties } from "./normalise.ts";

const row = (properties: Properties, provider = "") =>
  toRow({
    urn: "urn:pulumi:dev::splitfleet::a:b:C::name",
    type: "a:b:C",
    name: "name",
    parent: "",
    custom: true,
    provider,
    properties,
  });
const secret = (value: Value): Value => ({ [specialSigKey]: specialSecretSig, value });

describe("toRow", () => {
  it("unwraps secrets wherever they stand and lists their places", () => {
    const { inputs, secretPaths } = row({
      token: secret("a"),
      env: [{ name: "KEY", value: secret("b") }],
      data: secret({ "tls.key": "c" }),
    });
    expect(inputs).toEqual({ token: "a", env: [{ name: "KEY", value: "b" }], data: { "tls.key": "c" } });
    expect(secretPaths).toEqual(["token", "env[0].value", "data"]);
  });

  it("gives every kind of unknown value the one sentinel", () => {
    const { inputs, unknownPaths } = row({
      text: UNKNOWN,
      flag: "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
      list: ["6a19a0b0-7e62-4c92-b797-7f8e31da9cc2", "known"],
    });
    expect(inputs).toEqual({ text: UNKNOWN, flag: UNKNOWN, list: [UNKNOWN, "known"] });
    expect(unknownPaths).toEqual(["text", "flag", "list[0]"]);
  });

  it("reads what an exported state has decrypted, and takes what it has not for unknown", () => {
    const { inputs, secretPaths, unknownPaths } = row({
      open: { [specialSigKey]: specialSecretSig, plaintext: '{"token":"a"}' },
      closed: { [specialSigKey]: specialSecretSig, ciphertext: "v1:c29tZQ==" },
    });
    expect(inputs).toEqual({ open: { token: "a" }, closed: UNKNOWN });
    expect([secretPaths, unknownPaths]).toEqual([["open", "closed"], ["closed"]]);
  });

  it("takes an unknown secret for both", () => {
    const { inputs, secretPaths, unknownPaths } = row({ key: secret(UNKNOWN) });
    expect([inputs["key"], secretPaths, unknownPaths]).toEqual([UNKNOWN, ["key"], ["key"]]);
  });

  it("unwraps output values", () => {
    const output = (more: Properties): Value => ({ [specialSigKey]: specialOutputValueSig, dependencies: [], ...more });
    const { inputs, secretPaths, unknownPaths } = row({
      known: output({ value: 1 }),
      secret: output({ value: "a", secret: true }),
      unknown: output({}),
    });
    expect(inputs).toEqual({ known: 1, secret: "a", unknown: UNKNOWN });
    expect([secretPaths, unknownPaths]).toEqual([["secret"], ["unknown"]]);
  });

  it("takes a reference to a resource for its id, or for its URN where it has none", () => {
    const reference = (more: Properties): Value => ({ [specialSigKey]: specialResourceSig, urn: "urn:x", ...more });
    const { inputs } = row({ known: reference({ id: "1" }), created: reference({ id: "" }), component: reference({}) });
    expect(inputs).toEqual({ known: "1", created: UNKNOWN, component: "urn:x" });
  });

  it("keeps what an asset and an archive hold", () => {
    const { inputs } = row({
      file: { [specialSigKey]: specialAssetSig, text: "content" },
      folder: { [specialSigKey]: specialArchiveSig, path: "./site" },
    });
    expect(inputs).toEqual({ file: { text: "content" }, folder: { path: "./site" } });
  });

  it("quotes keys that are no names", () => {
    expect(row({ "a.b": secret(1), c: { "d/e": secret(2) } }).secretPaths).toEqual(['["a.b"]', 'c["d/e"]']);
  });

  const places: readonly (readonly [string, Properties])[] = [
    ["labels", { labels: { "splitfleet/pool": "burst", other: "x" } }],
    ["tags", { tags: { "splitfleet/pool": "burst" } }],
    [
      "a list of tags",
      {
        tags: [
          { key: "splitfleet/pool", value: "burst", propagateAtLaunch: true },
          { key: "other", value: "x" },
        ],
      },
    ],
    ["metadata", { metadata: { labels: { "splitfleet/pool": "burst", "splitfleet/unheard-of": "x" } } }],
  ];
  it.each(places)("reads the project's labels from %s", (_place, properties) => {
    expect(row(properties).labels).toEqual({ pool: "burst" });
  });

  it("takes an unknown label for none", () => {
    expect(row({ labels: { "splitfleet/pool": UNKNOWN } }).labels).toEqual({});
  });

  it("drops the provider's id", () => {
    const urn = "urn:pulumi:dev::splitfleet::pulumi:providers:aws::stockholm";
    expect(row({}, `${urn}::04da6b54-80e4-46f7-96ec-b56ff0331ba9`).provider).toBe(urn);
    expect(row({}, urn).provider).toBe(urn);
  });
});
