import { isObject, type Properties, type Value } from "../../protocol/values.ts";
import { select, textAt } from "../../protocol/paths.ts";

/** Type of a Helm release, the one resource that stands for many objects. */
export const RELEASE = "kubernetes:helm.sh/v3:Release";

/** What names an object of a cluster. */
export interface Reference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  /** Absent for `default`, and for what lives in no namespace. */
  readonly namespace?: string;
}

export function referenceOf(object: Properties): Reference {
  const namespace = textAt(object, "metadata.namespace");
  return {
    apiVersion: textAt(object, "apiVersion") ?? "",
    kind: textAt(object, "kind") ?? "",
    name: textAt(object, "metadata.name") ?? "",
    ...(namespace === undefined ? {} : { namespace }),
  };
}

/** `Deployment team-a/ollama`. */
export function describeReference({ kind, name, namespace }: Reference): string {
  return `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
}

/** What is sent to the server: the inputs without the nulls that stand for absent values. */
export function manifestOf(inputs: Properties): Properties {
  const clean = (value: Value): Value => {
    if (Array.isArray(value)) return value.map(clean);
    if (!isObject(value)) return value;
    return Object.fromEntries(
      Object.entries(value).flatMap(([key, child]) => (child === null ? [] : [[key, clean(child)]])),
    );
  };
  return Object.fromEntries(
    Object.entries(inputs).flatMap(([key, value]) => (value === null ? [] : [[key, clean(value)]])),
  );
}

/** A server's answer without its book of field owners, which is longer than the object. */
export function withoutManagedFields(object: Properties): Properties {
  const { metadata } = object;
  if (!isObject(metadata)) return object;
  const { managedFields: _, ...rest } = metadata;
  return { ...object, metadata: rest };
}

/** What the provider is told by annotations, by the names that the real one has for them. */
export interface Directives {
  /** Not to wait until the object can be used. */
  readonly skipReady: boolean;
  /** Nor until it is gone. */
  readonly skipGone: boolean;
  readonly timeoutSeconds: number | undefined;
  readonly force: boolean;
  readonly propagation: string;
}

export function directivesOf(object: Properties): Directives {
  const found = select(object, "metadata.annotations")[0]?.value;
  const annotations = isObject(found) ? found : {};
  const skipped = annotations["pulumi.com/skipAwait"];
  const timeout = Number(annotations["pulumi.com/timeoutSeconds"]);
  return {
    skipReady: skipped === "true" || skipped === "ready",
    skipGone: skipped === "true",
    timeoutSeconds: timeout > 0 ? timeout : undefined,
    force: annotations["pulumi.com/patchForce"] === "true",
    propagation: propagationOf(annotations["pulumi.com/deletionPropagationPolicy"]),
  };
}

function propagationOf(value: Value | undefined): string {
  const policies: Readonly<Record<string, string>> = { background: "Background", orphan: "Orphan" };
  return policies[String(value).toLowerCase()] ?? "Foreground";
}
