import { bad, boundary, changed, exampleRow, good, unknown } from "../example.ts";
import { noParameters, resourceRule } from "../resource-rule.ts";
import { UNKNOWN } from "../row.ts";
import { asText, placeIn } from "../values.ts";

/** What the runtime writes of a workload that keeps data: `run`, `impossible` or `unstated`. */
const ERASURE = "splitfleet/erasure";
const AT = `metadata.annotations["${ERASURE}"]`;
const STATEFUL_SET = "kubernetes:apps/v1:StatefulSet";

const store = (way: string, dataClass = "personal") =>
  exampleRow(
    STATEFUL_SET,
    "database",
    { metadata: { name: "database", annotations: { [ERASURE]: way } } },
    { labels: { workload: "database", "data-class": dataClass } },
  );

export const storesCanErase = resourceRule({
  id: "privacy/stores-can-erase",
  title: "A store of personal data says how it forgets a person",
  why:
    "Whoever asks to be forgotten has a right to it within a month. A store that nobody has thought about is found " +
    "then; one that can not erase has to be known before anything is put into it.",
  severity: "high",
  level: "mandatory",
  config: noParameters,
  unknown: "ignore",
  fix: "State `erasure` in the workload's definition, or lower the entry's dataClass if it holds nothing about persons.",
  source: "GDPR Articles 12 and 17",
  types: [
    "kubernetes:apps/v1:Deployment",
    STATEFUL_SET,
    "kubernetes:apps/v1:DaemonSet",
    "kubernetes:postgresql.cnpg.io/v1:Cluster",
  ],
  examples: [
    good("a run that erases", store("run")),
    bad("a store whose definition says nothing", store("unstated"), AT),
    boundary("one that can not, which the plan tells", store("impossible"), AT),
    boundary("internal data", store("unstated", "internal")),
    unknown("an annotation that `up` decides", changed(store("unstated"), AT, UNKNOWN)),
  ],

  *inspect(row) {
    if ((row.labels["data-class"] ?? "personal") !== "personal") return;
    const { path, value } = placeIn(row, "metadata", "annotations", ERASURE);
    const way = asText(value);
    if (way === "unstated") {
      yield {
        path,
        message: `${row.name} keeps personal data, and its definition does not say how it erases.`,
        value: way,
        limit: "run or impossible",
      };
    } else if (way === "impossible") {
      yield {
        path,
        level: "advisory",
        message: `${row.name} keeps personal data and can not erase one person's; docs/retention.md says when it is gone.`,
        value: way,
        limit: "run",
        fix: "Put nothing about persons into it, or accept its age of deletion in the record of processing.",
      };
    }
  },
});
