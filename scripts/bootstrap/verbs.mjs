import { readdirSync } from "node:fs";

/**
 * The verbs: each `<verb>.ts` directly in the scripts folder is one. Shared code lives in folders below it.
 *
 * @param {string} folder
 */
export function listVerbs(folder) {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
    .map((name) => name.slice(0, -".ts".length))
    .sort();
}

/**
 * What to tell somebody who named no verb, or one that does not exist.
 *
 * @param {string | undefined} verb
 * @param {readonly string[]} verbs
 */
export function unknownVerbMessage(verb, verbs) {
  const known = `The verbs are: ${verbs.join(", ")}.`;
  if (verb === undefined) return `No verb was given. ${known}`;
  const [nearest] = verbs
    .map((candidate) => ({ candidate, distance: editDistance(verb, candidate) }))
    .sort((a, b) => a.distance - b.distance);
  const close = nearest !== undefined && nearest.distance <= Math.max(1, Math.floor(nearest.candidate.length / 2));
  const hint = close ? ` Did you mean \`npm run ${nearest.candidate}\`?` : "";
  return `There is no verb "${verb}".${hint} ${known}`;
}

/**
 * Levenshtein distance. Own code, because this runs before any package is installed.
 *
 * @param {string} from
 * @param {string} to
 */
function editDistance(from, to) {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (const [index, character] of [...from].entries()) {
    const next = [index + 1];
    for (const [column, other] of [...to].entries()) {
      const replaced = (row[column] ?? 0) + (character === other ? 0 : 1);
      next.push(Math.min((row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1, replaced));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
