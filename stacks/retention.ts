import type { Environment } from "./environment-file.ts";
import { markdownTable } from "./spec/reference.ts";
import { horizonDays, type Store, storesOf } from "./stores.ts";

const HEAD = `# Retention and erasure

Generated from the environments; do not edit. For each workload that keeps data: the most sensitive class that it may
hold, the age at which it deletes, how long copies are kept, and what \`npm run erase\` can do about one person.

- **gone after**: days from an erasure to the last copy of it. Of what can not erase: the age at which data and its
  copies go by themselves, or never.
- Backups are not searched for one person: their copies go by age. After a restore, give the ids of all who were erased
  since the copy to \`npm run erase -- <environment> --restored <day>\`; it says whose are missing.
`;

const COLUMNS = ["workload", "kind", "class", "deletes after", "copies kept", "erasure", "gone after"];

/** The generated page on every environment given: `path` from the project's root, and its text. */
export function generateRetention(environments: readonly Environment[]): { path: string; text: string }[] {
  const sections = environments.map((environment) => {
    const stores = storesOf(environment);
    const body = stores.length === 0 ? ["It keeps nothing."] : markdownTable(COLUMNS, stores.map(row));
    return [`## ${environment.name}`, "", ...body, ""].join("\n");
  });
  return [{ path: "docs/retention.md", text: [HEAD, ...sections].join("\n") }];
}

const row = (store: Store): string[] => [
  store.workload,
  `\`${store.kind}\``,
  store.dataClass,
  days(store.retentionDays, "not stated"),
  days(store.copyDays, "none"),
  wayOf(store),
  days(horizonDays(store), "never by itself"),
];

const days = (number: number | undefined, none: string): string =>
  number === undefined ? none : `${number} day${number === 1 ? "" : "s"}`;

function wayOf({ way }: Store): string {
  if (way.kind === "run") return `run \`${way.run}\``;
  return way.kind === "impossible" ? `none: ${way.reason}` : "not stated";
}
