import { expect, test } from "vitest";
import { withDrift } from "./drift.ts";

const inputs = { spec: { replicas: 1, containers: [{ name: "a", memory: "1024Mi" }] }, stringData: { key: "secret" } };
const applied = {
  spec: { replicas: 1, containers: [{ name: "a", memory: "1Gi", policy: "Always" }], type: "x" },
  status: { a: 1 },
};

test("what the server writes in its own way is no drift", () => {
  expect(withDrift(inputs, applied, { ...applied, status: { a: 2 } })).toEqual(inputs);
});

test("a field that somebody has changed takes its value, and no other", () => {
  const [container] = applied.spec.containers;
  const live = { ...applied, spec: { ...applied.spec, type: "y", containers: [{ ...container, memory: "2Gi" }] } };
  expect(withDrift(inputs, applied, live)).toEqual({
    ...inputs,
    spec: { replicas: 1, containers: [{ name: "a", memory: "2Gi" }] },
  });
});

test("a field that somebody has removed is gone, and a longer list is taken whole", () => {
  const containers = [...applied.spec.containers, { name: "b", memory: "1Gi", policy: "Always" }];
  expect(withDrift(inputs, applied, { spec: { containers } })).toEqual({
    spec: { containers },
    stringData: { key: "secret" },
  });
});
