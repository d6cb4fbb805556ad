import { bad, boundary, changed, exampleRow, good, marked, secret, unknown } from "../example.ts";
import { noParameters, resourceRule } from "../resource-rule.ts";
import { UNKNOWN } from "../row.ts";
import { asObject, isSecret, join, placeIn } from "../values.ts";

const SECRET = "kubernetes:core/v1:Secret";
const row = exampleRow(SECRET, "api", { stringData: { token: "correct-horse-battery-staple" } });

export const kubernetesSecretsAreMarked = resourceRule({
  id: "security/kubernetes-secrets-are-marked",
  title: "What goes into a Kubernetes Secret is a secret to Pulumi as well",
  why:
    "A plain value is written to the state, to every export and to the output of every preview in clear text, " +
    "although the cluster then takes care of it.",
  severity: "critical",
  level: "mandatory",
  config: noParameters,
  unknown: "fail",
  fix: "Let Vault deliver it; where that is not possible yet, wrap the value with pulumi.secret(...).",
  source: "https://www.pulumi.com/docs/iac/concepts/secrets/",
  types: [SECRET],
  examples: [
    good("a value that is marked", marked(row, "stringData.token")),
    good("all of the data marked at once", marked(row, "stringData")),
    bad("a plain value", row, "stringData.token"),
    boundary(
      "one of two values marked",
      marked(changed(row, "stringData.user", "api-user-of-example"), "stringData.token"),
      "stringData.user",
    ),
    boundary("an empty value", changed(row, "stringData.token", "")),
    unknown("a value that `up` decides", changed(row, "stringData.token", UNKNOWN), "stringData.token"),
    secret(
      "the marked value is not shown with the plain one",
      marked(changed(row, "stringData.user", "plain"), "stringData.token"),
      "stringData.user",
    ),
  ],

  *inspect(given) {
    for (const property of ["data", "stringData"]) {
      for (const [key, value] of Object.entries(asObject(placeIn(given, property).value) ?? {})) {
        const path = join(property, key);
        if (value === "" || isSecret(given, path)) continue;
        yield {
          path,
          message: `${key} of ${given.name} stands in the state in clear text.`,
          value: value === UNKNOWN ? UNKNOWN : "a plain value",
          limit: "a value marked secret",
        };
      }
    }
  },
});
