import { UNKNOWN, type Row, type Value } from "../row.ts";
import { asList, asObject, asText, isList, type Place, placeIn } from "../values.ts";

/** Types with an IAM policy document, in their property `policy`. */
export const POLICY_TYPES = [
  "aws:iam/policy:Policy",
  "aws:iam/rolePolicy:RolePolicy",
  "aws:iam/userPolicy:UserPolicy",
  "aws:iam/groupPolicy:GroupPolicy",
];

export interface Statement {
  readonly effect: string;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly fields: { readonly [key: string]: Value };
}

/** The document's statements; `UNKNOWN` if only `up` decides it, undefined if it is not JSON. */
export function statementsOf(row: Row): {
  readonly place: Place;
  readonly statements: readonly Statement[] | typeof UNKNOWN | undefined;
} {
  const place = placeIn(row, "policy");
  if (place.value === UNKNOWN) return { place, statements: UNKNOWN };
  const document = asObject(parsed(asText(place.value) ?? ""));
  if (document === undefined) return { place, statements: undefined };
  const statements = asList(document["Statement"]).map((value) => {
    const fields = asObject(value) ?? {};
    return {
      effect: asText(fields["Effect"]) ?? "",
      actions: texts(fields["Action"]),
      resources: texts(fields["Resource"]),
      fields,
    };
  });
  return { place, statements };
}

const texts = (value: Value | undefined): readonly string[] => asList(value).flatMap((item) => asText(item) ?? []);

function parsed(text: string): Value | undefined {
  try {
    const value: Value = JSON.parse(text);
    return isList(value) ? undefined : value;
  } catch {
    return undefined; // The rule says that it is not JSON.
  }
}
