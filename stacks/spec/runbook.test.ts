import { expect, test } from "vitest";
import { runbookPage } from "../../components/workloads/prometheus/rules.ts";
import { registry } from "../../components/workloads/registry.ts";
import { generateRunbook } from "./runbook.ts";

test("every alert leads to a page of the runbook, and its steps are sentences", () => {
  const [page] = generateRunbook();
  const anchors = [...(page?.text.matchAll(/^## (\w+)$/gm) ?? [])].map(([, title = ""]) => title.toLowerCase());
  const alerts = registry.flatMap(({ alerts = [] }) => alerts);
  expect(alerts.map(({ name }) => runbookPage(name).split("#")[1]).filter((it) => !anchors.includes(it ?? ""))).toEqual(
    [],
  );
  expect(alerts.flatMap(({ runbook }) => runbook.filter((step) => !step.endsWith(".")))).toEqual([]);
  expect(alerts.filter(({ runbook }) => runbook.length === 0)).toEqual([]);
});
