import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { toPage as drillPage } from "../../operations/drills/page.ts";
import { reportOf as drillReport } from "../../operations/drills/testdata/reports.ts";
import { toPage as rehearsalPage } from "../../operations/rehearsal/page.ts";
import { FITS, WRONG } from "../../operations/rehearsal/testdata/reports.ts";
import { record } from "../../plan/recorder/record.ts";
import { reportOn } from "../../plan/report-on.ts";
import type { PlanReport } from "../../plan/report/contract.ts";
import { toPage as planPage } from "../../plan/report/page.ts";
import { exampleReport, itemOf } from "../../plan/report/testing.ts";
import { today } from "../../plan/today.ts";
import { loadEnvironment } from "../../stacks/environment-file.ts";
import { fleet } from "../../stacks/fleet.ts";
import { Browser, type Tab } from "./browser.ts";
import { breakResources, VARIANTS } from "./fixtures/broken/variants.ts";
import { LEGIBILITY, legibility, LEGIBLE, SCREENS } from "./legibility.ts";

const SANDBOX = path.join(import.meta.dirname, "../../stacks/Pulumi.sandbox.yaml");

/** What a name could do to a page: run as a script, end an attribute, and be longer than any screen. */
const EVIL = `"'><script>globalThis.injected = 1</script><img src=x onerror=alert(1)>${"x".repeat(300)}`;

const folder = mkdtempSync(path.join(tmpdir(), "splitfleet-pages-"));
let browser: Browser;
let plan: PlanReport;

beforeAll(async () => {
  browser = await Browser.start();
  const environment = await loadEnvironment(SANDBOX);
  const { rows } = await record(environment, async () => {
    breakResources(VARIANTS);
    return fleet(environment.spec, environment.lock);
  });
  plan = reportOn(rows, environment, { today: today() });
});
afterAll(async () => {
  await browser[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

async function show(name: string, page: string): Promise<{ readonly tab: Tab; readonly url: string }> {
  const file = path.join(folder, `${name}.html`);
  writeFileSync(file, page);
  const tab = await browser.open();
  const url = pathToFileURL(file).href;
  await tab.goTo(url);
  return { tab, url };
}

/** Every text, also of strings within lists, as a name that means harm. */
const evil = (finding: PlanReport["findings"][number]): PlanReport["findings"][number] => ({
  ...finding,
  title: EVIL,
  message: EVIL,
  fix: EVIL,
  urn: EVIL,
  value: EVIL,
  exemption: EVIL,
});

const PAGES: readonly { readonly name: string; readonly page: () => string }[] = [
  { name: "a plan with findings", page: () => planPage([plan]) },
  { name: "two plans", page: () => planPage([plan, { ...plan, environment: "other" }]) },
  {
    name: "a plan of names that mean harm",
    page: () =>
      planPage([
        {
          ...plan,
          environment: EVIL,
          findings: plan.findings.map(evil),
          cost: {
            ...plan.cost,
            items: plan.cost.items.map((item) => ({ ...item, labels: { ...item.labels, pool: EVIL } })),
          },
        },
      ]),
  },
  { name: "a rehearsal that fits", page: () => rehearsalPage(FITS) },
  { name: "a rehearsal with everything wrong", page: () => rehearsalPage(WRONG) },
  {
    name: "a rehearsal of names that mean harm",
    page: () =>
      rehearsalPage({
        ...WRONG,
        environment: EVIL,
        nodes: WRONG.nodes.map((node) => ({ ...node, name: EVIL, pool: EVIL, zone: EVIL })),
        pods: WRONG.pods.map((pod) => ({ ...pod, name: EVIL, namespace: EVIL, reason: EVIL })),
        objects: WRONG.objects.map((object) => ({ ...object, name: EVIL, reason: EVIL })),
        quotas: WRONG.quotas.map((quota) => ({ ...quota, namespace: EVIL })),
        problems: [{ urn: EVIL, message: EVIL }],
      }),
  },
  { name: "drills", page: () => drillPage(drillReport()) },
  {
    name: "drills of names that mean harm",
    page: () =>
      drillPage(
        drillReport({
          environment: EVIL,
          problem: EVIL,
          drills: drillReport().drills.map((drill) => ({
            ...drill,
            subject: EVIL,
            reasons: [EVIL],
            notes: [EVIL],
            workloads: drill.workloads.map((workload) => ({ ...workload, workload: EVIL })),
            timeline: drill.timeline.map((entry) => ({ ...entry, what: EVIL })),
          })),
        }),
      ),
  },
];

describe.each(PAGES)("the page of $name", ({ name, page }) => {
  it("is legible on wide and narrow screens, by day and by night; it runs and fetches nothing", async () => {
    const { tab, url } = await show(name, page());
    await tab.evaluate(`document.querySelectorAll("details").forEach((each) => (each.open = true))`, z.undefined());
    for (const screen of SCREENS) {
      await tab.show(screen);
      expect({ screen, ...(await tab.evaluate(LEGIBILITY, legibility)) }).toEqual({ screen, ...LEGIBLE });
    }
    expect(await tab.evaluate(`[document.scripts.length, "injected" in globalThis]`, z.unknown())).toEqual([0, false]);
    expect(tab.errors).toEqual([]);
    expect(tab.requests).toEqual([url]);
  });
});

it("would see what is hidden, faint, small, cut off or too wide, and what runs, fails or is fetched", async () => {
  const { tab, url } = await show(
    "faults",
    `<head><script>fetch("other.html").catch(() => undefined); missing()</script></head>
    <body style="margin: 0"><p hidden>hidden</p><p style="color: #888">faint</p><p style="font-size: 8px">small</p>
    <div style="overflow: hidden; width: 40px; white-space: nowrap">cut off at the end</div>
    <p style="width: 2000px">wide</p>`,
  );
  await tab.show({ width: 390, colours: "light" });
  expect(await tab.evaluate(LEGIBILITY, legibility)).toEqual({
    hidden: ["hidden"],
    faint: ["faint"],
    small: ["small"],
    cut: ["cut off at the end"],
    wide: ["p wide"],
    scrolls: true,
  });
  expect(tab.requests).toEqual([url, new URL("other.html", url).href]);
  expect(tab.errors[0]).toContain("missing is not defined");
});

/** Share of each bar that is filled as it is painted, in thousandths, by what it says. */
const bars = (tab: Tab): Promise<Record<string, number>> =>
  tab.evaluate(
    `Object.fromEntries([...document.querySelectorAll("svg")].map((svg) => {
      const [free, used] = [...svg.querySelectorAll("rect")].map((rect) => rect.getBoundingClientRect().width);
      return [svg.getAttribute("aria-label"), Math.round((used / free) * 1000)];
    }))`,
    z.record(z.string(), z.number()),
  );

it("a drill's timeline puts each entry where it stands in time, at any width", async () => {
  const { tab } = await show("timeline", drillPage(drillReport()));
  for (const screen of SCREENS) {
    await tab.show(screen);
    const dots = await tab.evaluate(
      `[...document.querySelectorAll(".timeline i")].slice(0, 3).map((dot) => {
        const [point, track] = [dot, dot.parentElement].map((each) => each.getBoundingClientRect());
        return Math.round(((point.left + point.width / 2 - track.left) / track.width) * 1000);
      })`,
      z.array(z.number()),
    );
    expect(dots).toEqual([0, 22, 1000]);
  }
});

it("a rehearsal's bars are as long as the figures beside them say", async () => {
  const { tab } = await show("bars", rehearsalPage(FITS));
  expect(await bars(tab)).toEqual({
    "memory: 2.9 of 15.4 GiB": 190,
    "cpu: 2 of 8 cores": 250,
    "memory: 0.1 of 63.4 GiB": 0,
    "cpu: <0.1 of 16 cores": 0,
    "gpu: 1 of 1 GPUs": 1000,
    "4.9 of 16 GiB": 310,
    "2.5 of 8": 315,
    "0 of 0": 0,
    "0 of 50": 0,
  });
});

it("a plan's bars are shares of the expected cost", async () => {
  const items = [itemOf({ pool: "inference" }, 0.3, 0.3), itemOf({ pool: "burst" }, 0.9, 61.2)];
  const { tab } = await show("shares", planPage([exampleReport(items, [])]));
  expect(await bars(tab)).toEqual({
    "pool burst: 75 % of the expected cost": 750,
    "pool inference: 25 % of the expected cost": 250,
  });
});
