import { count } from "../../stacks/words.ts";
import type { Verdict } from "./verdict.ts";
import type { Advice, ObjectReport, PodReport, RehearsalReport } from "./report.ts";

/** Something that went wrong, in the same words on the terminal and on the page. */
export interface Trouble {
  readonly kind: "refused" | "failed" | "no node" | "no pod" | "not ready" | "not tried";
  readonly what: string;
  /** Where it is: its namespace and pool, or the type of a resource. */
  readonly where: string;
  /** File and field where it can be put right; empty where that can not be told. */
  readonly written: string;
  readonly reason: string;
}

/** All that went wrong, worst first. */
export function troublesOf({ objects, problems, pods }: RehearsalReport): readonly Trouble[] {
  const inState = (state: ObjectReport["state"]) => objects.filter((object) => object.state === state);
  const unscheduled = pods.filter(({ phase, node, reason }) => phase === "Pending" && node === null && reason !== "");
  const missing = pods.filter(({ phase }) => phase === "NotCreated");
  const broken = pods.filter((pod) => pod.reason !== "" && !unscheduled.includes(pod) && !missing.includes(pod));
  const explained = unscheduled.length + missing.length + broken.length > 0;
  const unusable = explained ? [] : inState("accepted").filter(({ reason }) => reason !== "");
  return [
    ...inState("refused").map(refused),
    ...problems.map(({ urn, message }): Trouble => {
      const [type = "", name = "the program"] = urn === "" ? [] : urn.split("::").slice(2);
      return { kind: "failed", what: name, where: type.split("$").at(-1) ?? "", written: "", reason: message };
    }),
    ...unscheduled.map((pod) => ofPod("no node", pod)),
    ...missing.map((pod) => ofPod("no pod", pod)),
    ...broken.map((pod) => ofPod("not ready", pod)),
    ...unusable.map((object): Trouble => ({
      kind: "not ready",
      ...placeOf(object),
      written: "",
      reason: object.reason,
    })),
    ...inState("not-tried").map((object): Trouble => ({
      kind: "not tried",
      ...placeOf(object),
      written: "",
      reason: object.reason,
    })),
  ];
}

const refused = (object: ObjectReport): Trouble => ({
  kind: "refused",
  ...placeOf(object),
  written: writtenIn(object),
  reason: object.reason,
});

/** `components/workloads/ollama.ts, spec.replicas`. */
export const writtenIn = ({ definition }: ObjectReport): string =>
  definition === null ? "" : [definition.file, definition.field].filter((part) => part !== "").join(", ");

const placeOf = ({ kind, namespace, name }: ObjectReport): Pick<Trouble, "what" | "where"> => ({
  what: `${kind} ${name}`,
  where: namespace,
});

const ofPod = (kind: Trouble["kind"], { name, namespace, pool, reason }: PodReport): Trouble => ({
  kind,
  what: name,
  where: [namespace, ...(pool === "" ? [] : [`pool ${pool}`])].join(", "),
  written: "",
  reason,
});

/** One sentence for each verdict. */
export function verdictText(report: RehearsalReport): string {
  const { objects, pods, problems } = report;
  const differences = report.flows?.differences ?? [];
  const refusals = objects.filter(({ state }) => state === "refused").length + problems.length;
  const unusable = objects.filter(({ state, reason }) => state === "accepted" && reason !== "").length;
  const homeless = pods.filter(({ reason }) => reason !== "").length;
  const texts: Record<Verdict, string> = {
    fits:
      objects.length === 0
        ? `fits: ${count(report.resources, "resource")} made, ${count(pods.length, "container")} with room`
        : `fits: ${count(objects.length, "object")} accepted, ${count(pods.length, "pod")} placed`,
    "flows-differ": `network policies differ from the declared flows in ${count(differences.length, "place")}`,
    "does-not-fit":
      homeless > 0
        ? `does not fit: ${count(homeless, "pod")} of ${pods.length} can not start`
        : `${count(unusable, "object")} can not be used`,
    refused: `${count(refusals, "resource")} refused`,
    undecided: "could not be decided",
  };
  return texts[report.verdict];
}

/** `+68.00 EUR a month expected, +68.00 worst`. */
const eurosText = ({ expectedEurosPerMonth, worstEurosPerMonth }: Advice): string =>
  expectedEurosPerMonth === null || worstEurosPerMonth === null
    ? ""
    : `${expectedEurosPerMonth} EUR a month expected, ${worstEurosPerMonth} worst`;

export const adviceText = (advice: Advice): string => {
  const euros = eurosText(advice);
  if (advice.change === "") return "no change of size or number was found that helps";
  return `${advice.change}${euros === "" ? "" : `: ${euros}`}`;
};

/** `11 declared flows, 6 policies: exactly these pass`. */
export function flowsText({ flows, objects }: RehearsalReport): string {
  if (flows === null) return objects.length === 0 ? "none, without a cluster" : "not asked";
  const { declared, policies, differences } = flows;
  const found = differences.length === 0 ? "exactly these pass" : `${count(differences.length, "difference")}`;
  return `${count(declared, "declared flow")}, ${policies === 1 ? "1 policy" : `${policies} policies`}: ${found}`;
}

/** What to do next. */
export function nextStep({ environment, verdict }: RehearsalReport): string {
  const next: Record<Verdict, string> = {
    fits: `npm run plan -- ${environment} shows what it costs and the rules it breaks`,
    "flows-differ": "correct `needs` or the ports' audience of the workloads named above",
    "does-not-fit": "change the environment file as advised, and rehearse again",
    refused: "correct the definition named above, and rehearse again",
    undecided: "see what stopped it above; --json has every message",
  };
  return next[verdict];
}
