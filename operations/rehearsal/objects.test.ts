import { expect, test } from "vitest";
import type { Row } from "../../policies/row.ts";
import type { StateResource } from "../../sandbox/session/state.ts";
import { rowsOf, sandbox } from "../../test/harness.ts";
import { objectReports, problemReports } from "./objects.ts";

const environment = await sandbox();
const rows = await rowsOf(environment);
const objects = rows.filter(({ type, custom }) => custom && type.startsWith("kubernetes:"));
const urnOf = (name: string): string => rows.find((row) => row.name === name && row.custom)?.urn ?? "";

const stateWithout = (...names: readonly string[]): StateResource[] =>
  rows
    .filter(({ name }) => !names.includes(name))
    .map(({ urn, type, custom }: Row) => ({ urn, type, custom, id: `twin-${urn}` }));

const error = (name: string, message: string) => ({ severity: "error", urn: name === "" ? "" : urnOf(name), message });

test("every Kubernetes object of a run without errors is accepted", () => {
  const run = { diagnostics: [], resources: stateWithout() };
  const reports = objectReports(rows, run, environment.spec);
  expect(reports).toHaveLength(objects.length);
  expect(reports.filter(({ state, reason }) => state !== "accepted" || reason !== "")).toEqual([]);
  expect(reports.find(({ urn }) => urn === urnOf("ollama-service"))).toEqual({
    urn: urnOf("ollama-service"),
    kind: "Service",
    namespace: "team-assistants",
    name: "ollama",
    state: "accepted",
    reason: "",
    definition: null,
  });
  expect(problemReports(rows, run)).toEqual([]);
});

test("a refused object has the API server's words and the field of its definition; what needs it was not tried", () => {
  const message = 'StatefulSet.apps "ollama" is invalid: spec.template.spec.containers[0].image: Required value';
  const run = {
    diagnostics: [
      error("ollama-stateful-set", `1 error occurred:\n\t* ${message}`),
      error("", "Error: resource ollama-stateful-set [kubernetes:apps/v1:StatefulSet] failed to register"),
      { severity: "warning", urn: urnOf("litellm-service"), message: "a warning" },
    ],
    resources: stateWithout("ollama-stateful-set", "ollama-preload"),
  };
  const bad = objectReports(rows, run, environment.spec).filter(({ state }) => state !== "accepted");
  expect(bad.map(({ urn: _, ...report }) => report)).toEqual([
    {
      kind: "StatefulSet",
      namespace: "team-assistants",
      name: "ollama",
      state: "refused",
      reason: message,
      definition: { file: "components/workloads/ollama.ts", field: "spec.template.spec.containers[0].image" },
    },
    {
      kind: "Job",
      namespace: "team-assistants",
      name: "ollama-preload",
      state: "not-tried",
      reason: "it comes after ollama-stateful-set",
      definition: null,
    },
  ]);
  expect(problemReports(rows, run)).toEqual([]);
});

test("an accepted object that can not be used says why", () => {
  const resources = stateWithout().map((resource) =>
    resource.urn === urnOf("ollama-service") ? { ...resource, initErrors: ["it leads to no pod"] } : resource,
  );
  const run = { diagnostics: [error("ollama-service", "1 error occurred:\n\t* it leads to no pod")], resources };
  const bad = objectReports(rows, run, environment.spec).filter(({ reason }) => reason !== "");
  expect(bad.map(({ name, state, reason }) => [name, state, reason])).toEqual([
    ["ollama", "accepted", "it leads to no pod"],
  ]);
});

test("what a simulated cloud refuses, or a program that fails, is a problem", () => {
  const said = (diagnostics: readonly ReturnType<typeof error>[]) =>
    problemReports(rows, { diagnostics, resources: [] });
  const server = rows.find(({ type }) => type === "hcloud:index/server:Server");
  const refusal = error(server?.name ?? "", "cpx42 is out of stock in fsn1");
  const follow = error("", "Error: resource failed to register");
  expect(said([refusal, follow])).toEqual([{ urn: server?.urn, message: "cpx42 is out of stock in fsn1" }]);
  expect(said([error("", "Error: cannot find module\n")])).toEqual([{ urn: "", message: "Error: cannot find module" }]);
});
