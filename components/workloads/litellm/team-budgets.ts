import type { BuildContext, Container } from "../contract.ts";
import type { Caller } from "./callers.ts";

/**
 * Runs beside the proxy, which takes the master key from its own pod only: registers each team that calls with what it
 * may spend in 30 days, and does so again each hour, so that changes made by hand do not last.
 */
export function teamBudgets(
  image: string,
  port: number,
  callers: readonly Caller[],
  { teams }: Pick<BuildContext, "teams">,
): Container {
  const budgets = [...new Set(callers.map(({ team }) => team))].sort().map((team) => ({
    team_id: team,
    team_alias: team,
    models: [...new Set(callers.filter((caller) => caller.team === team).flatMap(({ models }) => models))].sort(),
    // LiteLLM counts US dollars: a limit of as many is the stricter one while a euro is worth more.
    max_budget: teams[team]?.monthlyEuros ?? null,
    budget_duration: "30d",
  }));
  return {
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
  };
}

const REGISTER = `import json, os, time, urllib.error, urllib.request

def send(path, body):
    request = urllib.request.Request(os.environ["PROXY"] + path, json.dumps(body).encode(), method="POST")
    request.add_header("Authorization", "Bearer " + os.environ["LITELLM_MASTER_KEY"])
    request.add_header("Content-Type", "application/json")
    urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30).close()

while True:
    try:
        for team in json.loads(os.environ["BUDGETS"]):
            try:
                send("/team/update", team)
            except urllib.error.HTTPError:
                send("/team/new", team)
        time.sleep(3600)
    except urllib.error.URLError as error:
        print("the proxy does not take the teams yet:", error.reason, flush=True)
        time.sleep(10)
`;
