import type { Kind } from "../../kind.ts";
import { withValue } from "../../protocol/paths.ts";
import { stateOf } from "../../protocol/state.ts";
import type { Properties } from "../../protocol/values.ts";
import { NotReady, type Found, type Limits, type Store } from "../../store.ts";
import type { WorldObject } from "../../world/objects.ts";
import { readFaults } from "../../world/settings.ts";
import type { World } from "../../world/world.ts";
import { ApiServer, type ApplyOptions, FIELD_MANAGER } from "./api-server.ts";
import { Refusal } from "./connection.ts";
import { withDrift } from "./drift.ts";
import { describeReference, directivesOf, manifestOf, referenceOf, RELEASE, withoutManagedFields } from "./manifest.ts";
import { madeOf } from "./operators/registry.ts";
import { renderRelease } from "./release.ts";
import { deleteAndWait, untilReady, type Patience } from "./wait.ts";

/** How long an object is waited for after the engine's last change, where nothing else is said. */
const READINESS_SECONDS = 120;
/** The provider's own limits, where a resource states none. */
const PROVIDER_SECONDS = { ready: 600, gone: 300 } as const;
const CRD = "CustomResourceDefinition";

/**
 * Objects on the API server of a rehearsal. Each operation sends what the real provider would send, and waits as it
 * waits; the server's refusals are passed on as they are.
 *
 * An object and its record in the world can not change in one step. A record is therefore written before its object is
 * created, and removed after it is gone: what a killed run leaves behind is known, and a refresh finds out whether the
 * server has it. An object that nobody has recorded can not exist.
 */
export class ApiStore implements Store {
  readonly #world: World;
  readonly #server: ApiServer;
  /** By `performance`'s clock. */
  #changedAt = performance.now();

  private constructor(world: World, server: ApiServer) {
    this.#world = world;
    this.#server = server;
  }

  static async open(world: World, kubeconfig: string): Promise<ApiStore> {
    return new ApiStore(world, await ApiServer.fromKubeconfig(kubeconfig));
  }

  async preview(_kind: Kind, object: WorldObject): Promise<void> {
    const isNew = object.id === "";
    for (const manifest of (await this.#manifests(object)).filter(({ kind }) => kind !== CRD)) {
      try {
        // What is about to be replaced may have other owners, which does not matter to its successor.
        await this.#apply(manifest, { dryRun: true, force: isNew });
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        if (comesLater(error) || (isNew && (await this.#fitsElsewhere(manifest)))) continue;
        throw error;
      }
    }
  }

  async create(_kind: Kind, object: WorldObject): Promise<WorldObject> {
    const records = this.#world.objects(object.package);
    records.put(object);
    try {
      const created = await this.#applyAll(object);
      this.#world.put("create", created);
      return created;
    } catch (error) {
      // After any other error, the server may have done what it was asked.
      if (error instanceof Refusal) {
        if (object.type === RELEASE) await this.#deleteAll(object, PROVIDER_SECONDS.gone);
        records.remove(object.id);
      }
      throw error;
    }
  }

  async update(_kind: Kind, object: WorldObject): Promise<WorldObject> {
    if (object.type !== RELEASE && (await this.#server.get(referenceOf(object.inputs))) === undefined) {
      const name = describeReference(referenceOf(object.inputs));
      throw new Error(`${name} does not exist any more; \`pulumi refresh\` brings the state up to date`);
    }
    const updated = await this.#applyAll(object);
    this.#world.put("update", updated);
    return updated;
  }

  async read(_kind: Kind, object: WorldObject): Promise<Found | undefined> {
    const manifests = (await this.#manifests(object)).filter((manifest) => !this.#outlives(object, manifest));
    const answers = await Promise.all(manifests.map((manifest) => this.#server.get(referenceOf(manifest))));
    const found = answers.filter((answer) => answer !== undefined);
    const records = this.#world.objects(object.package);
    const [live] = found.map(withoutManagedFields);
    if (live === undefined) {
      records.remove(object.id);
      return undefined;
    }
    const notReady = await this.#trouble(found);
    if (object.type === RELEASE) return { object, notReady };
    const { applied = live } = object;
    if (object.applied === undefined) records.put({ ...object, applied });
    return { object: { ...object, inputs: withDrift(object.inputs, applied, live), applied: live }, notReady };
  }

  async delete(_kind: Kind, object: WorldObject, { timeoutSeconds, signal }: Limits): Promise<void> {
    const own = directivesOf(object.inputs).timeoutSeconds;
    await this.#deleteAll(object, timeoutSeconds ?? own ?? PROVIDER_SECONDS.gone, signal);
    this.#world.remove(object);
  }

  async settle(object: WorldObject, { timeoutSeconds, signal }: Limits): Promise<WorldObject> {
    const { skipReady, timeoutSeconds: own } = directivesOf(object.inputs);
    if (skipReady || object.inputs["skipAwait"] === true) return object;
    const patience = this.#patience(timeoutSeconds ?? own ?? PROVIDER_SECONDS.ready, signal);
    let live: Properties | undefined;
    for (const manifest of await this.#manifests(object)) live = await untilReady(this.#server, manifest, patience);
    if (object.type === RELEASE || live === undefined) return object;
    const ready = { ...object, applied: withoutManagedFields(live) };
    this.#world.objects(object.package).put(ready);
    return ready;
  }

  state(kind: Kind, object: WorldObject): Properties {
    return object.applied ?? stateOf(kind, object, this.#world.now());
  }

  async #applyAll(object: WorldObject): Promise<WorldObject> {
    const manifests = await this.#manifests(object);
    const definitions = manifests.filter((manifest) => this.#outlives(object, manifest));
    await Promise.all(
      definitions.map(async (definition) => {
        const answer = await this.#apply(definition);
        await untilReady(this.#server, answer, this.#patience(PROVIDER_SECONDS.ready));
      }),
    );
    const answers: Properties[] = [];
    for (const manifest of manifests) {
      if (!definitions.includes(manifest)) answers.push(await this.#apply(manifest));
    }
    for (const manifest of this.#madeOf(object)) await this.#apply(manifest, { force: true });
    const [answer] = answers;
    if (object.type === RELEASE || answer === undefined) return object;
    return { ...object, applied: withoutManagedFields(answer) };
  }

  async #trouble(found: readonly Properties[]): Promise<NotReady | undefined> {
    try {
      for (const live of found.filter((each) => !directivesOf(each).skipReady)) {
        await untilReady(this.#server, live, this.#patience(0));
      }
      return undefined;
    } catch (error) {
      if (error instanceof NotReady) return error;
      throw error;
    }
  }

  /** Helm leaves the definitions of custom resources where they are when their release goes. */
  #outlives({ type }: WorldObject, { kind }: Properties): boolean {
    return type === RELEASE && kind === CRD;
  }

  /** Backwards. */
  async #deleteAll(object: WorldObject, seconds: number, signal?: AbortSignal): Promise<void> {
    const manifests = [...(await this.#manifests(object)), ...this.#madeOf(object)];
    for (const manifest of manifests.toReversed()) {
      if (this.#outlives(object, manifest)) continue;
      this.#changedAt = performance.now();
      await deleteAndWait(this.#server, manifest, this.#patience(seconds, signal));
    }
  }

  async #apply(manifest: Properties, options: ApplyOptions = {}): Promise<Properties> {
    const force = directivesOf(manifest).force || options.force === true;
    if (options.dryRun !== true) this.#changedAt = performance.now();
    try {
      return await this.#server.apply(manifest, { ...options, force });
    } catch (error) {
      if (!(error instanceof Refusal) || !isConflict(error)) throw error;
      if (!ownedByKubectl(error)) throw withGuide(error);
      return this.#server.apply(manifest, { ...options, force: true });
    }
  }

  /**
   * Whether the server would take the object if the one in its place were gone, as it is going to be where the
   * deployment replaces it.
   */
  async #fitsElsewhere(manifest: Properties): Promise<boolean> {
    const { name } = referenceOf(manifest);
    if ((await this.#server.get(referenceOf(manifest))) === undefined) return false;
    try {
      const elsewhere = withValue(manifest, "metadata.name", `${name.slice(0, 50)}-preview`);
      await this.#apply(elsewhere, { dryRun: true });
      return true;
    } catch (error) {
      if (error instanceof Refusal) return false;
      throw error;
    }
  }

  async #manifests(object: WorldObject): Promise<Properties[]> {
    return object.type === RELEASE ? renderRelease(object.inputs) : [manifestOf(object.inputs)];
  }

  /** What an operator would make of the object; nobody waits for it, as nobody does for an operator. */
  #madeOf({ type, inputs }: WorldObject): Properties[] {
    return type === RELEASE ? [] : madeOf(manifestOf(inputs));
  }

  /** While the engine still makes objects, what is waited for may get what it lacks: a service, its pods. */
  #patience(seconds: number, signal: AbortSignal = new AbortController().signal): Patience {
    const { readinessSeconds = READINESS_SECONDS } = readFaults(this.#world.marker);
    return { seconds, notBefore: () => this.#changedAt + readinessSeconds * 1000, signal };
  }
}

const TAKEN_OVER: ReadonlySet<string> = new Set(["kubectl", "before-first-apply"]);

/** Owners of the fields in conflict. */
const ownersOf = ({ causes }: Refusal): string[] =>
  causes.flatMap((cause) => /^conflict with "([^"]+)"/.exec(cause)?.[1] ?? []);

const isConflict = (refusal: Refusal): boolean => refusal.status === 409 && ownersOf(refusal).length > 0;

/** Whether all fields in conflict are owned by those whose fields the real provider takes over by itself. */
const ownedByKubectl = (refusal: Refusal): boolean => ownersOf(refusal).every((owner) => TAKEN_OVER.has(owner));

/** Where the provider sends its users: to give the field up, or to take it with `pulumi.com/patchForce`. */
const CONFLICT_GUIDE =
  "https://www.pulumi.com/registry/packages/kubernetes/how-to-guides/managing-resources-with-server-side-apply/" +
  "#handle-field-conflicts-on-existing-resources";

/** The refusal in the words of the real provider (pulumi-kubernetes, `provider/pkg/await/await.go`). */
const withGuide = ({ message, status, reason, causes }: Refusal): Refusal =>
  new Refusal(
    `Server-Side Apply field conflict detected. See ${CONFLICT_GUIDE} for troubleshooting help.\n` +
      `The resource managed by field manager "${FIELD_MANAGER}" had an apply conflict: ${message}`,
    status,
    reason,
    causes,
  );

/** Whether the refusal names what the same deployment is going to make: a namespace, or the definition of a kind. */
function comesLater({ status, reason, message }: Refusal): boolean {
  return status === 404 && (reason === "NoMatch" || message.startsWith("namespaces "));
}
