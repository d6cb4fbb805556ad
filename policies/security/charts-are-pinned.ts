import { bad, boundary, changed, exampleRow, good, unknown } from "../example.ts";
import { demand, noParameters, resourceRule } from "../resource-rule.ts";
import { UNKNOWN } from "../row.ts";
import { asText, placeIn } from "../values.ts";

const RELEASE = "kubernetes:helm.sh/v3:Release";
const release = exampleRow(RELEASE, "operator", { chart: "vault-secrets-operator", version: "0.10.0" });

export const chartsArePinned = resourceRule({
  id: "security/charts-are-pinned",
  title: "Helm charts are pinned to one version",
  why:
    "A chart without a version, or with a range, is another one after the next release of its author. It runs " +
    "with the rights of whoever installs it, which here are the cluster's.",
  severity: "high",
  level: "mandatory",
  config: noParameters,
  unknown: "fail",
  fix: "Write the exact version, and raise it in a commit of its own.",
  source: "https://helm.sh/docs/chart_best_practices/dependencies/; https://slsa.dev/spec/v1.0/threats",
  types: [RELEASE, "kubernetes:helm.sh/v4:Chart", "kubernetes:helm.sh/v3:Chart"],
  examples: [
    good("an exact version", release),
    bad("no version", changed(release, "version", undefined), "version"),
    boundary("a range", changed(release, "version", "^0.10.0"), "version"),
    boundary("a version with a part left open", changed(release, "version", "0.10.x"), "version"),
    boundary("a release candidate", changed(release, "version", "v0.11.0-rc.1")),
    unknown("a version that `up` decides", changed(release, "version", UNKNOWN), "version"),
  ],

  *inspect(row) {
    yield* demand(placeIn(row, "version"), {
      isMet: (value) => /^v?\d+\.\d+\.\d+(?:-[\w.-]+)?(?:\+[\w.-]+)?$/.test(asText(value) ?? ""),
      limit: "an exact version such as 0.10.0",
      message: `The chart of ${row.name} may change from one \`up\` to the next.`,
    });
  },
});
