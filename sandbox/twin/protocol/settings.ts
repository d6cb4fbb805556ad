import { plainProperties, type Properties, type Value } from "./values.ts";

/** Settings of a provider beside those that the engine adds to them. Nested ones arrive as JSON text, and are parsed. */
export function ownSettings(settings: Properties): Properties {
  const { version: _version, pluginDownloadURL: _url, ...own } = plainProperties(settings);
  return Object.fromEntries(Object.entries(own).map(([key, value]) => [key, parseSetting(value)]));
}

function parseSetting(value: Value): Value {
  if (typeof value !== "string" || !/^[[{]/.test(value)) return value;
  try {
    return JSON.parse(value) as Value;
  } catch {
    return value; // A setting that is text and only looks like JSON, such as a kubeconfig.
  }
}
