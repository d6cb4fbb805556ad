import {
  specialArchiveSig,
  specialAssetSig,
  specialOutputValueSig,
  specialResourceSig,
  specialSecretSig,
  specialSigKey,
} from "@pulumi/pulumi/runtime/rpc.js";
import { LABELS, UNKNOWN, type Labels, type Row, type Value } from "../../policies/row.ts";
import { asObject, isList, join } from "../../policies/values.ts";
import { STAND_IN } from "./stand-ins.ts";

/** What stands for an unknown boolean, number, text, list, asset, archive and object in the engine's messages. */
const UNKNOWNS: ReadonlySet<Value> = new Set([
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  UNKNOWN,
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

const LABEL_PREFIX = "splitfleet/";

/** Properties as the engine passes them, with its markers for secrets, unknown values, assets and references. */
export type Properties = { readonly [key: string]: Value };

/** A resource as a front end got it: the recorder from the program, the policy pack and the audit from the engine. */
export interface Registration extends Pick<Row, "urn" | "type" | "name" | "parent" | "custom"> {
  /** `<urn>::<id>` as in registrations, or the bare URN; empty where there is none. */
  readonly provider: string;
  readonly properties: Properties;
}

/** Turns a registration into a row: markers become plain values, with their places listed beside them. */
export function toRow(registration: Registration): Row {
  const { urn, type, name, parent, custom, properties } = registration;
  const found: Found = { secretPaths: [], unknownPaths: [] };
  const inputs = unwrapEach(properties, "", found);
  const provider = registration.provider.split("::").slice(0, 4).join("::");
  return { urn, type, name, parent, custom, provider, inputs, labels: labelsOf(inputs), ...found };
}

interface Found {
  readonly secretPaths: string[];
  readonly unknownPaths: string[];
}

function unwrap(value: Value, path: string, found: Found): Value {
  if (UNKNOWNS.has(value)) {
    found.unknownPaths.push(path);
    return UNKNOWN;
  }
  if (typeof value === "string" && value.includes(STAND_IN)) found.unknownPaths.push(path);
  if (value === null || typeof value !== "object") return value;
  if (isList(value)) return value.map((item, index) => unwrap(item, join(path, index), found));
  switch (value[specialSigKey]) {
    case specialSecretSig:
      found.secretPaths.push(path);
      return unwrap(contentOf(value), path, found);
    case specialOutputValueSig:
      if (value["secret"] === true) found.secretPaths.push(path);
      return unwrap(value["value"] ?? UNKNOWN, path, found);
    case specialResourceSig:
      return unwrap(value["id"] === "" ? UNKNOWN : (value["id"] ?? value["urn"] ?? null), path, found);
    case specialAssetSig:
    case specialArchiveSig: {
      const { [specialSigKey]: _signature, ...content } = value;
      return unwrapEach(content, path, found);
    }
    default:
      return unwrapEach(value, path, found);
  }
}

/** An exported state holds a secret as the JSON text of its value, or encrypted and so not to be judged. */
function contentOf(secret: Properties): Value {
  if (secret["ciphertext"] !== undefined) return UNKNOWN;
  const { plaintext } = secret;
  return typeof plaintext === "string" ? (JSON.parse(plaintext) as Value) : (secret["value"] ?? null);
}

function unwrapEach(values: Properties, path: string, found: Found): { [key: string]: Value } {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, unwrap(value, join(path, key), found)]));
}

/** Reads `splitfleet/…` from `labels`, `tags` (a map, or a list of key and value) and `metadata.labels`. */
function labelsOf(inputs: Properties): Labels {
  const labels: { -readonly [key in keyof Labels]: string } = {};
  for (const place of [inputs["labels"], inputs["tags"], asObject(inputs["metadata"])?.["labels"]]) {
    for (const [key, value] of pairs(place)) {
      const label = LABELS.find((known) => key === LABEL_PREFIX + known);
      if (label !== undefined && typeof value === "string" && value !== UNKNOWN) labels[label] = value;
    }
  }
  return labels;
}

function pairs(place: Value | undefined): readonly (readonly [Value | undefined, Value | undefined])[] {
  if (place === undefined || place === null || !isList(place)) return Object.entries(asObject(place) ?? {});
  return place.map((item) => [asObject(item)?.["key"], asObject(item)?.["value"]]);
}
