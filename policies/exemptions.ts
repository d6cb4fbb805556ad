import { readFileSync } from "node:fs";
import path from "node:path";
import { parseDocument } from "yaml";
import { z } from "zod";
import type { Finding } from "./finding.ts";
import { stackUrn } from "./stack.ts";

/** A rule that one environment may break in named places until a day. */
export const exemption = z.strictObject({
  rule: z.string("the id of a rule such as cost/within-budget"),
  urn: z
    .string("a URN such as urn:pulumi:production::*::api")
    .regex(
      /^urn:pulumi:[a-z0-9-]+::.+$/,
      "a URN whose environment is written out, such as urn:pulumi:production::*::api",
    ),
  owner: z.email("an e-mail address").meta({ description: "Who answers for it." }),
  reason: z.string("a sentence of at least 20 characters").min(20, "a sentence of at least 20 characters"),
  until: z.iso
    .date("a calendar day such as 2027-01-31")
    .meta({ description: "The last day on which it counts, at most 90 days ahead." }),
});
export type Exemption = Readonly<z.infer<typeof exemption>>;

export interface Exemptions {
  readonly list: readonly Exemption[];
  /** ISO date; decides which of them count. */
  readonly today: string;
}

/** What an exemption has taken out of a verdict. */
export interface Exempted {
  readonly finding: Finding;
  readonly exemption: Exemption;
}

/** Days ahead that an exemption may reach: a quarter, after which somebody has to look again. */
export const LONGEST_DAYS = 90;

export const EXEMPTIONS_FILE = path.join(import.meta.dirname, "exemptions.yaml");

/** What is wrong with a file of exemptions, one problem a line. */
export class ExemptionsError extends Error {
  override readonly name = "ExemptionsError";
  /** What to correct is the file of exemptions, not the code that read it. */
  readonly hideStack = true;
}

const file = z.strictObject({ exemptions: z.array(exemption, "a list") });

/**
 * Reads a file of exemptions.
 *
 * @param rules Ids of what may be exempted.
 * @throws ExemptionsError naming file, place, value and what was expected, for every problem.
 */
export function loadExemptions(rules: readonly string[], name = EXEMPTIONS_FILE): readonly Exemption[] {
  return parseExemptions(readFileSync(name, "utf8"), { rules, name: path.relative(process.cwd(), name) });
}

/** {@link loadExemptions} for a text. `name` is what problems call the file. */
export function parseExemptions(
  text: string,
  { rules, name }: { readonly rules: readonly string[]; readonly name: string },
): readonly Exemption[] {
  const document = parseDocument(text);
  if (document.errors.length > 0)
    throw problems(
      name,
      document.errors.map(({ message }) => message.split("\n")[0] ?? ""),
    );
  const value: unknown = document.toJS();
  const parsed = file.safeParse(value);
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => {
      const at = z.core.toDotPath(issue.path);
      const got = issue.path.reduce<unknown>((inner, key) => Object(inner)[key], value);
      const expected = issue.code === "unrecognized_keys" ? "only rule, urn, owner, reason and until" : issue.message;
      return `${at === "" ? "the file" : at}: got ${JSON.stringify(got) ?? "nothing"}; expected ${expected}`;
    });
    throw problems(name, lines);
  }
  const list = parsed.data.exemptions;
  const wrong = list.flatMap((entry, index) => {
    if (!rules.includes(entry.rule))
      return [`exemptions[${index}].rule: got ${entry.rule}; expected the id of a rule, see docs/reference/rules.md`];
    const twin = list.findIndex((other) => other.rule === entry.rule && other.urn === entry.urn);
    return twin < index ? [`exemptions[${index}]: repeats exemptions[${twin}]; expected each rule and URN once`] : [];
  });
  if (wrong.length > 0) throw problems(name, wrong);
  return list;
}

const problems = (name: string, lines: readonly string[]): ExemptionsError =>
  new ExemptionsError(lines.map((line) => `${name}: ${line}`).join("\n"));

/** Takes findings out that an exemption covers on that day. */
export function exempt(
  findings: readonly Finding[],
  { list, today }: Exemptions,
): { readonly kept: readonly Finding[]; readonly exempted: readonly Exempted[] } {
  const counting = list.filter(({ until }) => until >= today && until <= latestDay(today));
  const matchers = counting.map((entry) => ({ entry, matches: matcher(entry.urn) }));
  const exempted = findings.flatMap((finding) => {
    const found = matchers.find(({ entry, matches }) => entry.rule === finding.rule && matches(finding.urn));
    return found === undefined ? [] : [{ finding, exemption: found.entry }];
  });
  const gone = new Set(exempted.map(({ finding }) => finding));
  return { kept: findings.filter((finding) => !gone.has(finding)), exempted };
}

/** What is wrong with the exemptions of an environment themselves: they have ended, reach too far or cover nothing. */
export function exemptionFindings(
  environment: string,
  { list, today }: Exemptions,
  exempted: readonly Exempted[],
): readonly Finding[] {
  const used = new Set(exempted.map(({ exemption: entry }) => entry));
  return list.flatMap((entry, index): Finding[] => {
    if (!entry.urn.startsWith(`urn:pulumi:${environment}::`)) return [];
    const about = { urn: stackUrn(environment), path: `exemptions[${index}]`, severity: "medium" } as const;
    const subject = `The exemption of ${entry.urn} from ${entry.rule}`;
    if (entry.until < today) {
      return [
        {
          ...about,
          rule: "policy/exemption-expired",
          level: "mandatory",
          message: `${subject} ended on ${entry.until}: ${entry.reason}`,
          value: entry.until,
          limit: `${today} or later`,
          fix: `Repair what it covered and remove it, or have ${entry.owner} decide on another term.`,
        },
      ];
    }
    if (entry.until > latestDay(today)) {
      return [
        {
          ...about,
          rule: "policy/exemption-too-long",
          level: "mandatory",
          message: `${subject} reaches further than ${LONGEST_DAYS} days, so it does not count.`,
          value: entry.until,
          limit: `${latestDay(today)} or earlier`,
          fix: `Set \`until\` to ${latestDay(today)} at the latest and look at it again then.`,
        },
      ];
    }
    if (used.has(entry)) return [];
    return [
      {
        ...about,
        rule: "policy/exemption-unused",
        level: "advisory",
        message: `${subject} covers no finding.`,
        value: "0 findings",
        limit: "at least one",
        fix: "Remove it, or correct its URN.",
      },
    ];
  });
}

/** The last day that an exemption may name on a day. Both are ISO dates. */
export function latestDay(today: string): string {
  const day = new Date(`${today}T00:00:00Z`);
  day.setUTCDate(day.getUTCDate() + LONGEST_DAYS);
  return day.toISOString().slice(0, 10);
}

function matcher(glob: string): (urn: string) => boolean {
  const literal = (text: string): string => text.replaceAll(/[$()+./?[\\\]^{|}-]/g, "\\$&");
  const pattern = new RegExp(`^${glob.split("*").map(literal).join(".*")}$`, "s");
  return (urn) => pattern.test(urn);
}
