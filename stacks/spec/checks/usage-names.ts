import { INTERNET } from "../usage.ts";
import { check, unknownName } from "./check.ts";

/** Stated requests go to models that there are, and a team pays for them. */
export const usageTokens = check(["usage", "models", "teams"], function* ({ usage, models, teams }) {
  for (const [name, { model, team }] of Object.entries(usage.tokens)) {
    const path = ["usage", "tokens", name];
    if (models[model] === undefined) yield unknownName([...path, "model"], model, "model", Object.keys(models));
    if (teams[team] === undefined) yield unknownName([...path, "team"], team, "team", Object.keys(teams));
  }
});

/** Stated traffic leaves a site for another or for the internet, and a team pays for it. */
export const usageTraffic = check(["usage", "sites", "teams"], function* ({ usage, sites, teams }) {
  const places = Object.keys(sites);
  for (const [name, { from, to, team }] of Object.entries(usage.traffic)) {
    const path = ["usage", "traffic", name];
    if (sites[from] === undefined) yield unknownName([...path, "from"], from, "site", places);
    if (to !== INTERNET && sites[to] === undefined) {
      yield unknownName([...path, "to"], to, "site or the internet", [...places, INTERNET]);
    }
    if (from === to) yield { path: [...path, "to"], got: `"${to}", where the route starts`, expected: "another place" };
    if (teams[team] === undefined) yield unknownName([...path, "team"], team, "team", Object.keys(teams));
  }
});
