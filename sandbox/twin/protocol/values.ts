import structpb from "google-protobuf/google/protobuf/struct_pb.js";

/** A property value as the provider protocol carries it. */
export type Value = null | boolean | number | string | Value[] | { [key: string]: Value };
export type Properties = { [key: string]: Value };

/** The protocol's sentinel for a value that is known only after `up`. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
/** Key and value that mark an object as a wrapped secret in the protocol. */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

export function fromStruct(struct: structpb.Struct | undefined): Properties {
  return (struct?.toJavaScript() ?? {}) as Properties;
}

export function toStruct(properties: Properties): structpb.Struct {
  return structpb.Struct.fromJavaScript(properties as Parameters<typeof structpb.Struct.fromJavaScript>[0]);
}

export function isObject(value: Value | undefined): value is Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isSecret(value: Value | undefined): value is Properties & { value: Value } {
  return isObject(value) && value[SIGNATURE] === SECRET;
}

/** `value` wrapped as a secret; a secret stays as it is. */
export function secret(value: Value): Properties {
  return isSecret(value) ? value : { [SIGNATURE]: SECRET, value };
}

/** `value` without any secret wrapper, at any depth. */
export function plain(value: Value): Value {
  if (isSecret(value)) return plain(value.value);
  if (Array.isArray(value)) return value.map(plain);
  return isObject(value) ? plainProperties(value) : value;
}

export function plainProperties(properties: Properties): Properties {
  return Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, plain(value)]));
}

/** `value` with a secret wrapper wherever `like`, a value of the same shape, has one. */
export function keepSecrets(value: Value, like: Value | undefined): Value {
  if (isSecret(like)) return secret(value);
  if (Array.isArray(value)) {
    return Array.isArray(like) ? value.map((element, index) => keepSecrets(element, like[index])) : value;
  }
  return isObject(value) && isObject(like) && !isSecret(value) ? keepSecretProperties(value, like) : value;
}

export function keepSecretProperties(properties: Properties, like: Properties): Properties {
  return Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, keepSecrets(value, like[key])]));
}

export function hasUnknown(value: Value | undefined): boolean {
  if (value === UNKNOWN) return true;
  if (Array.isArray(value)) return value.some(hasUnknown);
  return isObject(value) && Object.values(value).some(hasUnknown);
}
