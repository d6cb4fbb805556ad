/** Forms of unquoted values that Pulumi's YAML parser, gopkg.in/yaml.v3, does not read as YAML 1.2 does. */
const FORMS: readonly { readonly form: RegExp; readonly reads: string }[] = [
  { form: /^\d{4}-\d{1,2}-\d{1,2}([Tt\s].*)?$/, reads: "a point in time" },
  { form: /^[-+]?0[0-7_]+$/, reads: "an octal number" },
  { form: /^[-+]?0[bB][01_]+$/, reads: "a binary number" },
  { form: /^[-+]?(\d[\d_]*_[\d_]*(\.[\d_]*)?|0x[\da-f_]*_[\da-f_]*)$/i, reads: "a number without its underscores" },
  { form: /^([-+]?\.inf|\.nan)$/i, reads: "a number that JSON has no form for" },
];

/**
 * What Pulumi takes an unquoted value for, where it takes it for something else than plan does. Such a value would be
 * one thing in the plan and another in `up`, so an environment file has none.
 */
export const readByPulumi = (source: string): string | undefined => FORMS.find(({ form }) => form.test(source))?.reads;
