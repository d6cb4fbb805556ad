import { z } from "zod";

// A process parses each schema once or twice: compiling a parser for it (10 ms for an environment) never pays.
z.config({ jitless: true });

/**
 * Text of one form. `expected` continues the sentence "expected …": it is what a problem report says of a value of
 * another form or type, and what editors show beside it.
 */
export const pattern = (form: RegExp, expected: string) =>
  z.string(expected).regex(form, expected).meta({ errorMessage: expected });

/** Lower-case name that is valid as a Kubernetes label, a Hetzner label and an AWS tag value; 2 to 32 characters. */
export const slug = pattern(
  /^[a-z][a-z0-9-]{0,30}[a-z0-9]$/,
  "a name of 2 to 32 lower-case letters, digits and hyphens, starting with a letter",
);

/** Id of one node within its pool. Nodes are keyed by id, so removing one never touches another. */
export const nodeId = pattern(/^[a-z0-9]{1,12}$/, "1 to 12 lower-case letters or digits");

const CIDR = "an IPv4 range such as 10.10.0.0/16";
export const cidr = z.cidrv4(CIDR).meta({ errorMessage: CIDR });

/** Fully qualified and lower-case, without a trailing dot. */
export const hostname = pattern(
  /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/,
  "a host name such as app.example.org",
);

/** ISO 3166-1 alpha-2 country, upper case. */
export const country = pattern(/^[A-Z]{2}$/, "an ISO 3166 country code such as DE");

/** From the least to the most sensitive. A pool holds its own class and everything below it. */
export const DATA_CLASSES = ["public", "internal", "confidential", "personal"] as const;
export const dataClass = z.enum(DATA_CLASSES);
export type DataClass = z.infer<typeof dataClass>;

/** True if something of class `data` may be placed where at most `ceiling` is allowed. */
export const holds = (ceiling: DataClass, data: DataClass): boolean =>
  DATA_CLASSES.indexOf(data) <= DATA_CLASSES.indexOf(ceiling);

export const gibibytes = z.number().positive();
export const euros = z.number().nonnegative();
export const share = z.number().gt(0).max(1);

const DAY = "a calendar day such as 2026-11-21";
export const day = z.iso.date(DAY).meta({ errorMessage: DAY });

const EMAIL = "an e-mail address";
export const email = z.email(EMAIL).meta({ errorMessage: EMAIL });
