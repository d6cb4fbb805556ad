import { expect, test } from "vitest";
import { describeReference, directivesOf, manifestOf, referenceOf, withoutManagedFields } from "./manifest.ts";

const object = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "ollama", namespace: "team-a" } };

test("an object is named as people name it", () => {
  expect(describeReference(referenceOf(object))).toBe("Deployment team-a/ollama");
  const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "a" } };
  expect(describeReference(referenceOf(namespace))).toBe("Namespace a");
});

test("absent values are not sent", () => {
  expect(manifestOf({ kind: "Pod", spec: { a: null, b: [{ c: null, d: 0 }] }, status: null })).toEqual({
    kind: "Pod",
    spec: { b: [{ d: 0 }] },
  });
});

test("the book of field owners is left out", () => {
  const owned = { metadata: { name: "a", managedFields: [{ manager: "b" }] } };
  expect(withoutManagedFields(owned)).toEqual({ metadata: { name: "a" } });
});

test("annotations of the real provider are understood", () => {
  expect(directivesOf(object)).toEqual({
    skipReady: false,
    skipGone: false,
    timeoutSeconds: undefined,
    force: false,
    propagation: "Foreground",
  });
  const annotations = {
    "pulumi.com/skipAwait": "true",
    "pulumi.com/timeoutSeconds": "30",
    "pulumi.com/patchForce": "true",
    "pulumi.com/deletionPropagationPolicy": "background",
  };
  expect(directivesOf({ metadata: { annotations } })).toEqual({
    skipReady: true,
    skipGone: true,
    timeoutSeconds: 30,
    force: true,
    propagation: "Background",
  });
  expect(directivesOf({ metadata: { annotations: { "pulumi.com/skipAwait": "ready" } } })).toMatchObject({
    skipReady: true,
    skipGone: false,
  });
});
