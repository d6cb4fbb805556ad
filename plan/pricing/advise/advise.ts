import { Decimal } from "decimal.js";
import { requestsForTheSame } from "../break-even.ts";
import type { Catalogue } from "../catalogue/catalogue.ts";
import type { ProfileAdvice } from "./contract.ts";
import { breakEven, curveOf, kindOf, type Kind } from "./curve.ts";
import { demandsOf, operations, placesOf, waysOf, type Way } from "./decide.ts";
import { apiEuros, onMachines, type Demand } from "./fleet-cost.ts";
import type { Profile } from "./profile.ts";
import { THRESHOLDS } from "./thresholds.ts";

const KINDS: readonly Kind[] = ["self-hosted", "api", "hybrid"];

/**
 * Where to answer a profile's requests: on machines of one's own, by API, or some of each; and on what runtime. The
 * cheapest way wins unless what is not money speaks against it; the reasons say which.
 */
export function adviseOn(profile: Profile, catalogue: Catalogue): ProfileAdvice {
  const ways = waysOf(profile, catalogue);
  const best = KINDS.flatMap((kind) => ways.find((way) => kindOf(way) === kind) ?? []).toSorted((a, b) =>
    a.totalEuros.comparedTo(b.totalEuros),
  );
  const from = breakEven(profile, catalogue);
  const { way, reasons } = choose(profile, best, catalogue);
  return {
    profile: profile.name,
    summary: profile.summary,
    source: profile.source,
    requestsPerMonth: profile.requestsPerMonth,
    recommendation: way === undefined ? "none" : kindOf(way),
    reasons,
    ways: best.map(shown),
    breakEvenRequestsPerMonth: from,
    curve: curveOf(profile, catalogue),
    runtime: runtimeFor(profile, way),
    thresholds: thresholdsBeside(profile, best, from, catalogue),
  };
}

const shown = (way: Way): ProfileAdvice["ways"][number] => ({
  kind: kindOf(way),
  workloads: [...way.workloads],
  computeEuros: way.computeEuros.toFixed(2),
  apiEuros: way.apiEuros.toFixed(2),
  labourEuros: way.labourEuros.toFixed(2),
  totalEuros: way.totalEuros.toFixed(2),
});

/** `best` has the cheapest way of each kind, cheapest first. */
function choose(
  profile: Profile,
  best: readonly Way[],
  catalogue: Catalogue,
): { readonly way: Way | undefined; readonly reasons: string[] } {
  const reasons = demandsOf(profile).flatMap((demand) => placesOf(demand, profile, catalogue).reasons);
  const [cheapest] = best;
  if (cheapest === undefined) {
    return { way: undefined, reasons: [...reasons, "No place is left for one of the workloads."] };
  }
  const api = best.find((way) => kindOf(way) === "api");
  const against = againstOperating(profile);
  if (api !== undefined && kindOf(cheapest) !== "api" && against.length > 0) {
    const more = api.totalEuros.minus(cheapest.totalEuros).toFixed(2);
    return {
      way: api,
      reasons: [...reasons, ...against, `An API costs ${more} euros a month more than the cheapest way.`],
    };
  }
  const [, second] = best;
  const lead =
    second === undefined
      ? `Nothing but ${words(cheapest)} is possible, at ${cheapest.totalEuros.toFixed(2)} euros a month.`
      : `By price: ${words(cheapest)} costs ${cheapest.totalEuros.toFixed(2)} euros a month, ${words(second)} ${second.totalEuros.toFixed(2)}.`;
  const doubts = kindOf(cheapest) === "api" ? [] : [...against, ...remarks(profile)];
  return { way: cheapest, reasons: [...reasons, lead, ...doubts] };
}

const words = (way: Way): string => ({ "self-hosted": "self-hosting", api: "an API", hybrid: "a hybrid" })[kindOf(way)];

/** What speaks against machines of one's own, whatever they cost. */
function againstOperating({ team, phase }: Profile): string[] {
  return [
    ...(team.skills === "none" ? ["Nobody in the team operates servers: training costs more than the API saves."] : []),
    ...(phase === "validation"
      ? ["Whether the product is wanted is not settled: an API takes minutes to set up and nothing to give up."]
      : []),
  ];
}

/** What self-hosting brings that the sum of euros does not show. */
function remarks({ regulated, team }: Profile): string[] {
  if (!regulated) return [];
  const audits =
    team.auditEurosPerYear === 0
      ? "no euros for audits were stated, so none are counted"
      : `${team.auditEurosPerYear} euros a year for audits are counted`;
  return [`The law that applies is then the team's to comply with, not a certified provider's; ${audits}.`];
}

function runtimeFor(profile: Profile, way: Way | undefined): ProfileAdvice["runtime"] {
  if (way === undefined || kindOf(way) === "api") {
    return { recommendation: "none", reasons: ["No machine of one's own is needed."], learningEuros: null };
  }
  const { composeRequestsPerMonth, kubernetesDailyUsers, kubernetesLearningHours } = THRESHOLDS;
  const grown = [
    ...(profile.requestsPerMonth >= composeRequestsPerMonth
      ? [`${profile.requestsPerMonth} requests a month are more than one Docker Compose host should carry.`]
      : []),
    ...(profile.dailyUsers > kubernetesDailyUsers
      ? [`${profile.dailyUsers} daily users ask for rolling changes.`]
      : []),
    ...(profile.regions > 1 ? [`${profile.regions} regions have to be run as one.`] : []),
    ...(machinesIn(way) > 1 ? [`${machinesIn(way)} inference machines need a scheduler.`] : []),
  ];
  if (grown.length === 0) {
    return {
      recommendation: "compose",
      reasons: ["One inference machine and one for operations."],
      learningEuros: null,
    };
  }
  if (profile.team.skills === "kubernetes") return { recommendation: "k3s", reasons: grown, learningEuros: null };
  const { low, high } = kubernetesLearningHours;
  const euros = (hours: number): string => new Decimal(hours).times(profile.team.eurosPerHour).toFixed(2);
  return {
    recommendation: "k3s",
    reasons: [...grown, `Learning it takes ${low} to ${high} hours first.`],
    learningEuros: { low: euros(low), high: euros(high) },
  };
}

/** Inference machines of a way, by the labels `<count> x <type>`, each group once. */
const machinesIn = ({ workloads }: Way): number =>
  [...new Set(workloads.filter(({ place }) => place === "self-hosted").map(({ by }) => by))].reduce(
    (sum, by) => sum + Number(by.split(" x ")[0]),
    0,
  );

function thresholdsBeside(
  profile: Profile,
  best: readonly Way[],
  from: number | null,
  catalogue: Catalogue,
): ProfileAdvice["thresholds"] {
  const tokens = demandsOf(profile).reduce(
    (sum, { share, promptTokens, completionTokens }) => sum + share * (promptTokens + completionTokens),
    0,
  );
  const comparable = best.length > 1 && best.some((way) => kindOf(way) === "api");
  const never = comparable ? "never, at these prices" : "not a question of price: only one of the two is possible";
  const open = demandsOf(profile).filter(({ modelClass }) => modelClass !== "frontier");
  const openShare = open.reduce((sum, { share }) => sum + share, 0);
  return [
    {
      question: "Self-hosting pays from",
      published: `${grouped(THRESHOLDS.selfHostRequestsPerMonth)} requests a month`,
      today: from === null ? never : `${grouped(from)} requests a month`,
    },
    {
      question: "The same against a flagship model",
      published: `${grouped(THRESHOLDS.selfHostRequestsPerMonth)} requests a month`,
      today: againstFlagship(profile, catalogue),
    },
    {
      question: "An API costs less up to",
      published: `${grouped(THRESHOLDS.apiTokensPerMonth)} tokens a month`,
      today:
        from === null
          ? comparable
            ? "any number of tokens"
            : never
          : `${grouped(Math.round(from * tokens))} tokens a month`,
    },
    {
      question: "Docker Compose carries up to",
      published: `${grouped(THRESHOLDS.composeRequestsPerMonth)} requests a month, ${grouped(THRESHOLDS.kubernetesDailyUsers)} daily users, one region`,
      today: `this profile has ${grouped(profile.requestsPerMonth)}, ${grouped(profile.dailyUsers)} and ${profile.regions}`,
    },
    {
      question: "Open models are good enough for",
      published: `${THRESHOLDS.openModelShare * 100} % of requests`,
      today: `${Math.round(openShare * 100)} % of this profile's`,
    },
  ];
}

/** The question of the published figure: two small servers, whose hours nobody counts, or a model like GPT-4o. */
function againstFlagship(profile: Profile, catalogue: Catalogue): string {
  const [demand] = demandsOf({ ...profile, requestsPerMonth: 1 });
  const small = demand === undefined ? undefined : { ...demand, ...FLAGSHIP_QUESTION };
  const fleet = small === undefined ? undefined : smallFleet(small, catalogue);
  const euros = small === undefined ? undefined : apiEuros(small, FLAGSHIP, catalogue);
  if (fleet === undefined || euros === undefined || euros.isZero()) return "no price to compare with";
  const requests = requestsForTheSame(fleet, euros).round().toNumber();
  return `${grouped(requests)} requests of ${FLAGSHIP.model} for ${fleet.toFixed(2)} euros of servers, no hours counted`;
}

/** One request a month, alone on its machine, however long it takes. */
const FLAGSHIP_QUESTION = { share: 1, requestsPerMonth: 1, modelClass: "small", patienceSeconds: 3600 } as const;
const FLAGSHIP = { provider: "openai", model: "gpt-4o", modelClass: "frontier" } as const;

function smallFleet(demand: Demand, catalogue: Catalogue): Decimal | undefined {
  return onMachines([demand], catalogue)?.eurosPerMonth.plus(operations(catalogue));
}

const grouped = (number: number): string => number.toLocaleString("en");
