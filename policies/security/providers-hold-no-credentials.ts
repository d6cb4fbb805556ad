import { bad, boundary, changed, exampleRow, good, marked, secret, unknown } from "../example.ts";
import { noParameters, resourceRule, undecided } from "../resource-rule.ts";
import { UNKNOWN } from "../row.ts";

/** Providers of the packages that the fleet uses, with the inputs that are credentials. */
const CREDENTIALS: Readonly<Record<string, readonly string[]>> = {
  "pulumi:providers:aws": ["accessKey", "secretKey", "token"],
  "pulumi:providers:hcloud": ["token"],
  "pulumi:providers:kubernetes": ["kubeconfig"],
  "pulumi:providers:tailscale": ["apiKey", "oauthClientSecret"],
  "pulumi:providers:vault": ["token"],
};

const provider = exampleRow("pulumi:providers:hcloud", "hcloud", { endpoint: "https://api.hetzner.cloud/v1" });
const TOKEN = "correct-horse-battery-staple";

export const providersHoldNoCredentials = resourceRule({
  id: "security/providers-hold-no-credentials",
  title: "Providers take their credentials from the environment",
  why:
    "An input of a provider is kept in the state, for everybody with the stack's key and in every export. A " +
    "token from the environment is used and forgotten, and can be another one for each person.",
  severity: "critical",
  level: "mandatory",
  config: noParameters,
  unknown: "fail",
  fix: "Remove the input; the provider reads its environment variable.",
  source: "https://www.pulumi.com/docs/iac/concepts/secrets/",
  types: Object.keys(CREDENTIALS),
  examples: [
    good("no credential", provider),
    bad("a token", changed(provider, "token", TOKEN), "token"),
    boundary("a token of another package's name", changed(provider, "pollInterval", "500ms")),
    boundary("an empty token", changed(provider, "token", ""), "token"),
    unknown("a token that `up` decides", changed(provider, "token", UNKNOWN), "token"),
    secret("a token that is marked secret", marked(changed(provider, "token", TOKEN), "token"), "token"),
  ],

  *inspect(row) {
    for (const path of CREDENTIALS[row.type] ?? []) {
      const value = row.inputs[path];
      const limit = `no ${path}`;
      if (value === UNKNOWN) yield undecided({ path }, limit);
      else if (value !== undefined)
        yield {
          path,
          message: `The provider ${row.name} keeps its ${path} in the state.`,
          value: "a credential",
          limit,
        };
    }
  },
});
