import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Decimal } from "decimal.js";
import { afterAll, describe, expect, test } from "vitest";
import { loadCatalogue } from "../catalogue/load.ts";
import { price, seeded } from "../testing.ts";
import { catalogueOf } from "../catalogue/catalogue.ts";
import { adviseOn } from "./advise.ts";
import { profileAdvice } from "./contract.ts";
import { waysOf } from "./decide.ts";
import { loadProfile, loadShipped, ProfileError, shippedProfiles } from "./load.ts";
import { profilePage } from "./page.ts";
import { profile, type Profile } from "./profile.ts";
import { profileTable } from "./table.ts";

const TODAY = "2026-11-21";
const BUILT_IN = loadCatalogue({ today: TODAY });

/** A euro is a dollar. A cpx42 with the operations server costs 100 a month, a million tokens of every model 1 or 10. */
const PRICES = catalogueOf(
  [
    price("exchange/exchange-rate/USD/*", "1"),
    price("hetzner/server/cpx22/fsn1", "0.1", { monthlyCap: "20" }),
    price("hetzner/server/cpx42/fsn1", "0.2", { monthlyCap: "80", orderable: true }),
    price("hetzner/server/cx43/fsn1", "0.01", { monthlyCap: "5", orderable: false }),
    price("groq/token-input/llama-3.1-8b/*", "1"),
    price("groq/token-output/llama-3.1-8b/*", "1"),
    price("openai/token-input/gpt-4o/*", "10"),
    price("openai/token-output/gpt-4o/*", "10"),
  ],
  TODAY,
);

const FLAGSHIP_ONLY = catalogueOf(
  PRICES.prices.filter(({ provider }) => provider !== "groq"),
  TODAY,
);

const chat = { modelClass: "small", dataClass: "internal", promptTokens: 880, completionTokens: 260 } as const;
const workload = { ...chat, share: 1, patienceSeconds: 60, peakFactor: 1 } as const;
const asked = (change: Partial<Parameters<typeof profile.parse>[0] & object> = {}): Profile =>
  profile.parse({
    name: "test",
    summary: "Requests made for tests.",
    source: "Figures made for tests.",
    requestsPerMonth: 10_000,
    dailyUsers: 10,
    workloads: { chat: workload },
    phase: "production",
    team: { skills: "linux", eurosPerHour: 50, operationsHoursPerMonth: 2 },
    ...change,
  });

describe("the ways of a profile", () => {
  test("are priced with the operations server and the hours that a fleet of one's own takes", () => {
    // 880 / 44 + 260 / 26 = 30 s a request: 10,000 are 300,000 of 2,628,000 s. 1,140 tokens x 10,000 = 11.4 million.
    expect(adviseOn(asked(), PRICES).ways).toEqual([
      {
        kind: "api",
        workloads: [{ name: "chat", place: "api", by: "groq llama-3.1-8b" }],
        computeEuros: "0.00",
        apiEuros: "11.40",
        labourEuros: "0.00",
        totalEuros: "11.40",
      },
      {
        kind: "self-hosted",
        workloads: [{ name: "chat", place: "self-hosted", by: "1 x cpx42" }],
        computeEuros: "100.00",
        apiEuros: "0.00",
        labourEuros: "100.00",
        totalEuros: "200.00",
      },
    ]);
  });

  test("take as many machines as the busiest minute needs at four fifths of their speed", () => {
    // 0.114 machines on average, 0.913 at eight times that: above 0.8.
    const busy = asked({ workloads: { chat: { ...workload, peakFactor: 8 } } });
    expect(adviseOn(busy, PRICES).ways[1]?.workloads[0]?.by).toBe("2 x cpx42");
  });

  test("break even where the machines cost what the tokens do, if they ever do", () => {
    expect(adviseOn(asked(), PRICES).breakEvenRequestsPerMonth).toBeNull();
    const unpaid = { skills: "linux", eurosPerHour: 0, operationsHoursPerMonth: 0 };
    // 100 euros buy 8,771.9 requests of 1,140 tokens at 10 a million.
    expect(adviseOn(asked({ team: unpaid }), FLAGSHIP_ONLY).breakEvenRequestsPerMonth).toBe(8772);
  });

  test("the more is asked the more the cheapest costs, and it is never dearer than the others", () => {
    for (let seed = 0; seed < 20; seed += 1) {
      const random = seeded(seed);
      const requestsPerMonth = Math.round(random() * 1e6);
      const given = asked({ requestsPerMonth, workloads: { chat: { ...workload, peakFactor: 1 + random() * 3 } } });
      const [cheapest, ...others] = waysOf(given, PRICES);
      const [more] = waysOf({ ...given, requestsPerMonth: requestsPerMonth * 2 }, PRICES);
      expect(others.every(({ totalEuros }) => totalEuros.gte(cheapest?.totalEuros ?? 0))).toBe(true);
      expect(more?.totalEuros.gte(cheapest?.totalEuros ?? new Decimal(0))).toBe(true);
    }
  });
});

describe("the recommendation", () => {
  const FLAGSHIP_ONLY = catalogueOf(
    PRICES.prices.filter(({ provider }) => provider !== "groq"),
    TODAY,
  );
  const many = { requestsPerMonth: 50_000 };

  test("keeps data inside that may not leave, whatever an API costs", () => {
    const advice = adviseOn(asked({ workloads: { chat: { ...workload, dataClass: "personal" } } }), PRICES);
    expect([advice.recommendation, advice.reasons]).toEqual([
      "self-hosted",
      [
        "chat sends personal data; only internal data may leave to an API.",
        "Nothing but self-hosting is possible, at 200.00 euros a month.",
      ],
    ]);
  });

  test("is an API where nobody can operate servers or the product is not settled, with what that costs", () => {
    const unskilled = asked({ ...many, team: { skills: "none", eurosPerHour: 50, operationsHoursPerMonth: 2 } });
    expect(adviseOn(unskilled, FLAGSHIP_ONLY)).toMatchObject({
      recommendation: "api",
      reasons: [
        "Nobody in the team operates servers: training costs more than the API saves.",
        "An API costs 370.00 euros a month more than the cheapest way.",
      ],
    });
    expect(adviseOn(asked({ ...many, phase: "validation" }), FLAGSHIP_ONLY).recommendation).toBe("api");
    expect(adviseOn(asked(many), FLAGSHIP_ONLY).recommendation).toBe("self-hosted");
  });

  test("splits by workload: what a small model does well at home, the rest by API", () => {
    const workloads = {
      everyday: { ...workload, share: 0.8 },
      hard: { ...workload, share: 0.2, modelClass: "frontier" },
    };
    const advice = adviseOn(asked({ ...many, workloads }), FLAGSHIP_ONLY);
    expect(advice.recommendation).toBe("hybrid");
    expect(advice.reasons[0]).toBe("hard needs a frontier model; none can be hosted.");
    expect(advice.ways[0]?.workloads).toEqual([
      { name: "everyday", place: "self-hosted", by: "1 x cpx42" },
      { name: "hard", place: "api", by: "openai gpt-4o" },
    ]);
  });

  test("says that there is none where neither place is left", () => {
    const workloads = { chat: { ...workload, dataClass: "personal", modelClass: "frontier" } };
    expect(adviseOn(asked({ workloads }), PRICES)).toMatchObject({ recommendation: "none", ways: [] });
  });

  test("counts the audits that were stated, and says so where none were", () => {
    const workloads = { chat: { ...workload, dataClass: "personal" } };
    const team = { skills: "linux", eurosPerHour: 50, operationsHoursPerMonth: 2 };
    const audited = asked({ workloads, regulated: true, team: { ...team, auditEurosPerYear: 12_000 } });
    expect(adviseOn(audited, PRICES).ways[0]?.labourEuros).toBe("1100.00");
    expect(adviseOn(asked({ workloads, regulated: true }), PRICES).reasons.at(-1)).toContain("none are counted");
  });
});

describe("the runtime", () => {
  const inside = { workloads: { chat: { ...workload, dataClass: "personal" } } };

  test("is Docker Compose on one machine, and k3s with the hours to learn it on more", () => {
    expect(adviseOn(asked(inside), PRICES).runtime).toMatchObject({ recommendation: "compose", learningEuros: null });
    expect(adviseOn(asked({ ...inside, requestsPerMonth: 100_000 }), PRICES).runtime).toEqual({
      recommendation: "k3s",
      reasons: ["2 inference machines need a scheduler.", "Learning it takes 40 to 60 hours first."],
      learningEuros: { low: "2000.00", high: "3000.00" },
    });
  });

  test.each([
    { change: { dailyUsers: 10_001 }, runtime: "k3s" },
    { change: { dailyUsers: 10_000 }, runtime: "compose" },
    { change: { regions: 2 }, runtime: "k3s" },
  ])("is $runtime with $change", ({ change, runtime }) => {
    expect(adviseOn(asked({ ...inside, ...change }), PRICES).runtime.recommendation).toBe(runtime);
  });
});

describe("the profiles that come with the project", () => {
  test.each(shippedProfiles())("%s is advised on in the form of the contract, as a table and as a page", (name) => {
    const advice = adviseOn(loadShipped(name), BUILT_IN);
    expect(profileAdvice.parse(advice)).toEqual(advice);
    const table = profileTable(advice, { colour: false });
    expect(table.split("\n").filter((line) => line.length > 100)).toEqual([]);
    expect(profilePage(advice)).toMatch(/<path class="(?:own|api)" d="M/);
  });

  test.each([
    { name: "small", recommendation: "api" },
    { name: "mid", recommendation: "api" },
    { name: "mid-agentic", recommendation: "api" },
    { name: "code-assist", recommendation: "self-hosted" },
  ])("$name is advised: $recommendation", ({ name, recommendation }) => {
    expect(adviseOn(loadShipped(name), BUILT_IN).recommendation).toBe(recommendation);
  });

  test("the published 5,000 requests of a flagship model are 12,248 today", () => {
    expect(adviseOn(loadShipped("small"), BUILT_IN).thresholds[1]).toEqual({
      question: "The same against a flagship model",
      published: "5,000 requests a month",
      today: "12,248 requests of gpt-4o for 54.98 euros of servers, no hours counted",
    });
  });
});

describe("a profile file that can not be used", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "splitfleet-profile-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const written = (content: unknown): string => {
    const file = path.join(folder, "profile.json");
    writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
    return file;
  };

  test.each<[string, unknown, RegExp]>([
    ["text that is no JSON", "{", /profile\.json: /],
    ["a field that nobody knows", { ...asked(), requests: 1 }, /Unrecognized key: "requests"/],
    ["a share above one", { ...asked(), workloads: { chat: { ...workload, share: 2 } } }, /workloads\.chat\.share/],
    [
      "shares that leave some out",
      { ...asked(), workloads: { chat: { ...workload, share: 0.5 } } },
      /add up to 0.5, expected 1/,
    ],
  ])("%s is refused", (_, content, message) => {
    expect(() => loadProfile(written(content))).toThrow(ProfileError);
    expect(() => loadProfile(written(content))).toThrow(message);
  });

  test("one that is missing is refused by its path", () => {
    expect(() => loadProfile(path.join(folder, "none.json"))).toThrow(/none\.json: ENOENT/);
  });
});
