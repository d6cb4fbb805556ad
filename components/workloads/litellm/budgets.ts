import type { BuildContext, Container } from "../contract.ts";
import type { Caller } from "./callers.ts";

/** Who may spend how much in 30 days, as LiteLLM's management API takes it, in the order in which it wants to know them. */
interface Registration {
  readonly kind: "team" | "user";
  readonly body: object;
}

const PERIOD = "30d";

/**
 * Budgets of teams that call, and of each workload that calls as a user of its own. LiteLLM counts US dollars: a limit of
 * as many is the stricter one while a euro is worth more.
 *
 * @param workloadEuros Of some workloads; the others share what their team has.
 * @throws Error for a workload that does not call, and for a team whose workloads may spend more than the team
 */
export function budgetsOf(
  callers: readonly Caller[],
  teams: BuildContext["teams"],
  workloadEuros: Readonly<Record<string, number>>,
): readonly Registration[] {
  for (const name of Object.keys(workloadEuros)) {
    if (callers.some(({ workload }) => workload === name)) continue;
    throw new Error(`\`workloadEuros.${name}\`: no workload of that name calls models; remove it`);
  }
  const byTeam = [...Map.groupBy(callers, ({ team }) => team)].toSorted(([left], [right]) => (left < right ? -1 : 1));
  for (const [team, members] of byTeam) assertFits(team, members, teams[team]?.monthlyEuros, workloadEuros);
  return [
    ...byTeam.map(([team, members]): Registration => ({
      kind: "team",
      body: {
        team_id: team,
        team_alias: team,
        models: [...new Set(members.flatMap(({ models }) => models))].sort(),
        max_budget: teams[team]?.monthlyEuros ?? null,
        budget_duration: PERIOD,
      },
    })),
    ...callers.map(({ workload }): Registration => ({
      kind: "user",
      body: {
        user_id: workload,
        user_role: "internal_user",
        auto_create_key: false,
        max_budget: workloadEuros[workload] ?? null,
        budget_duration: PERIOD,
      },
    })),
  ];
}

function assertFits(
  team: string,
  members: readonly Caller[],
  monthlyEuros: number | undefined,
  workloadEuros: Readonly<Record<string, number>>,
): void {
  const sum = members.reduce((total, { workload }) => total + (workloadEuros[workload] ?? 0), 0);
  if (monthlyEuros === undefined || sum <= monthlyEuros) return;
  throw new Error(
    `\`workloadEuros\` allows the workloads of team ${team} ${sum} €, and teams.${team} has ${monthlyEuros} € a month; ` +
      "lower them, or raise the team's budget",
  );
}

/**
 * Runs beside the proxy, which takes the master key from its own pod only: registers the budgets, and does so again each
 * hour, so that changes made by hand do not last.
 */
export const budgetKeeper = (image: string, port: number, budgets: readonly Registration[]): Container => ({
  image,
  command: ["python3", "-c", REGISTER],
  env: {
    BUDGETS: JSON.stringify(budgets),
    PROXY: `http://127.0.0.1:${port}`,
    LITELLM_MASTER_KEY: { secret: "master-key", key: "key" },
  },
  cpu: { request: 0.02 },
  memoryMiB: { request: 64 },
  user: 10001,
});

const REGISTER = `import json, os, time, urllib.error, urllib.request

def send(path, body):
    request = urllib.request.Request(os.environ["PROXY"] + path, json.dumps(body).encode(), method="POST")
    request.add_header("Authorization", "Bearer " + os.environ["LITELLM_MASTER_KEY"])
    request.add_header("Content-Type", "application/json")
    urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30).close()

def register(kind, body):
    try:
        send("/%s/new" % kind, body)
    except urllib.error.HTTPError:
        # Who is there already is not made anew, and takes what it may spend now.
        send("/%s/update" % kind, body)

while True:
    try:
        for budget in json.loads(os.environ["BUDGETS"]):
            register(budget["kind"], budget["body"])
        time.sleep(3600)
    except urllib.error.URLError as error:
        print("the proxy does not take the budgets yet:", error.reason, flush=True)
        time.sleep(10)
`;
