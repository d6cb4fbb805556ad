import { setTimeout as sleep } from "node:timers/promises";
import { select, textAt } from "../../protocol/paths.ts";
import type { Properties } from "../../protocol/values.ts";
import { NotReady } from "../../store.ts";
import type { ApiServer } from "./api-server.ts";
import { describeReference, directivesOf, referenceOf } from "./manifest.ts";
import { podTrouble, READINESS, type Readiness } from "./readiness.ts";

const POLL_MS = 250;
/** Pods named in one error; they mostly wait for the same reason. */
const PODS_NAMED = 5;

export interface Patience {
  /** At most, from now on. */
  readonly seconds: number;
  /** Until when, by `performance`'s clock, it is too early to give up; no later than `seconds` allow. */
  readonly notBefore?: () => number;
  readonly signal: AbortSignal;
}

/**
 * Waits until an object can be used, and returns it as it is then; undefined for kinds that can be used at once.
 *
 * @throws NotReady with the last condition, what holds its pods back, and the warnings that controllers left.
 */
export async function untilReady(
  server: ApiServer,
  object: Properties,
  { seconds, notBefore = () => Infinity, signal }: Patience,
): Promise<Properties | undefined> {
  const reference = referenceOf(object);
  const name = describeReference(reference);
  const readiness = READINESS[`${reference.apiVersion}/${reference.kind}`];
  if (readiness === undefined) return undefined;
  const started = performance.now();
  for (;;) {
    const live = await server.get(reference);
    if (live === undefined) throw new NotReady(`${name} was deleted while it was waited for`, []);
    const beside = readiness.beside === undefined ? [] : await server.list(readiness.beside(live));
    const verdict = readiness.judge(live, beside);
    if (verdict.state === "ready") return live;
    const reasons = async (): Promise<string[]> => [verdict.why, ...(await explain(server, readiness, live))];
    if (verdict.state === "failed") throw new NotReady(`${name} has failed`, await reasons());
    if (signal.aborted) throw new NotReady(`${name} was not ready when the run was cancelled`, await reasons());
    const now = performance.now();
    if (now > Math.min(started + seconds * 1000, notBefore())) {
      const waited = Math.round((now - started) / 1000);
      throw new NotReady(`${name} was not ready after ${waited} s`, await reasons());
    }
    await sleep(POLL_MS);
  }
}

/**
 * Deletes the object that `manifest` describes and waits until it is gone.
 *
 * @throws Error that names what still holds it.
 */
export async function deleteAndWait(
  server: ApiServer,
  manifest: Properties,
  { seconds, notBefore = () => Infinity, signal }: Patience,
): Promise<void> {
  const reference = referenceOf(manifest);
  const { propagation, skipGone } = directivesOf(manifest);
  const existing = await server.get(reference);
  if (existing === undefined || !(await server.delete(reference, propagation)) || skipGone) return;
  const uid = textAt(existing, "metadata.uid");
  const started = performance.now();
  for (;;) {
    const left = await server.get(reference);
    if (left === undefined || textAt(left, "metadata.uid") !== uid) return;
    const now = performance.now();
    if (signal.aborted || now > Math.min(started + seconds * 1000, notBefore())) {
      const holders = [
        ...select(left, "metadata.finalizers[*]").map(({ value }) => `finalizer ${String(value)}`),
        ...select(left, "spec.finalizers[*]").map(({ value }) => `finalizer ${String(value)}`),
        ...select(left, "status.conditions[*].message").map(({ value }) => String(value)),
      ];
      const when = signal.aborted
        ? "as the run is cancelled"
        : `${Math.round((now - started) / 1000)} s after its deletion`;
      throw new Error(
        `${describeReference(reference)} still exists ${when}: ` +
          (holders.length === 0 ? "nothing says what holds it" : holders.join("; ")),
      );
    }
    await sleep(POLL_MS);
  }
}

async function explain(server: ApiServer, { pods }: Readiness, object: Properties): Promise<string[]> {
  const query = pods?.(object);
  const stuck = (query === undefined ? [] : await server.list(query)).flatMap((pod) => {
    const trouble = podTrouble(pod);
    return trouble === undefined ? [] : [`pod ${textAt(pod, "metadata.name") ?? ""}: ${trouble}`];
  });
  const more = stuck.length > PODS_NAMED ? [`and ${stuck.length - PODS_NAMED} more pods`] : [];
  return [...stuck.slice(0, PODS_NAMED), ...more, ...(await warnings(server, object))];
}

/** What controllers could not do for the object, such as a pod that admission has refused. */
async function warnings(server: ApiServer, object: Properties): Promise<string[]> {
  const namespace = textAt(object, "metadata.namespace");
  const fieldSelector = `involvedObject.uid=${textAt(object, "metadata.uid") ?? ""},type=Warning`;
  const events = await server.list({
    apiVersion: "v1",
    kind: "Event",
    ...(namespace === undefined ? {} : { namespace }),
    selectors: { fieldSelector },
  });
  return [...new Set(events.map((event) => `${textAt(event, "reason") ?? ""}: ${textAt(event, "message") ?? ""}`))];
}
