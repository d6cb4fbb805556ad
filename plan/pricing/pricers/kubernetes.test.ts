import { expect, test } from "vitest";
import { UNKNOWN } from "../../../policies/row.ts";
import { estimated, reported, row } from "../testing.ts";

const claim = (spec: { storageClassName?: string }) => [
  row("kubernetes:core/v1:PersistentVolumeClaim", "data", { spec }),
];
const stateful = (storageClassName: string) => [
  row("kubernetes:apps/v1:StatefulSet", "store", { spec: { volumeClaimTemplates: [{ spec: { storageClassName } }] } }),
];

test("a claim on a node's own disk is paid with the node", () => {
  expect(estimated([...claim({}), ...stateful("local-path")]).findings).toEqual([]);
  expect(estimated([row("kubernetes:apps/v1:StatefulSet", "store", { spec: {} })]).findings).toEqual([]);
});

test("a claim that a cloud would bill is a finding", () => {
  expect(reported(estimated([...claim({ storageClassName: "hcloud-volumes" }), ...stateful("ebs")]))).toEqual([
    "cost/no-price mandatory store spec.volumeClaimTemplates[0].spec.storageClassName = ebs",
    "cost/no-price mandatory data spec.storageClassName = hcloud-volumes",
  ]);
});

test("a claim of an unknown class is undecided", () => {
  expect(reported(estimated(stateful(UNKNOWN)))).toEqual([
    "cost/undecided-price mandatory store spec.volumeClaimTemplates[0].spec.storageClassName = [unknown]",
  ]);
});
