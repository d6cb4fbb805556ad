import { closest } from "fastest-levenshtein";
import { describeUnknown, hasShape, unknownProperties } from "../../../components/shapes/shapes.ts";
import { isTwinId, makeId } from "../ids.ts";
import type { Kind, Outage, Package } from "../kind.ts";
import { NotReady, type Limits, type Store } from "../store.ts";
import type { WorldObject } from "../world/objects.ts";
import type { World } from "../world/world.ts";
import { foreignId, foreignIds } from "./admission.ts";
import { changesBetween, type Change } from "./diff.ts";
import { autoname, wasChosen, type EngineNaming } from "./naming.ts";
import { formatPath, textAt } from "./paths.ts";
import { PlainStore } from "./plain-store.ts";
import { ownSettings } from "./settings.ts";
import { previewOf, withoutBookkeeping, wrapSecrets } from "./state.ts";
import { nameOf, typeOf } from "./urn.ts";
import { hasUnknown, plainProperties, type Properties } from "./values.ts";

/** A problem with one property, as the engine shows it below the resource. */
export interface Failure {
  /** Top-level name; the full path is in the reason. */
  readonly property: string;
  readonly reason: string;
}

export interface CheckInput {
  readonly urn: string;
  readonly inputs: Properties;
  readonly old: Properties;
  readonly seed: Uint8Array;
  readonly naming: EngineNaming;
}

/** A property of state and inputs as the engine stores them. */
export interface Stored {
  readonly id: string;
  readonly inputs: Properties;
  readonly state: Properties;
}

/** The object exists and belongs in the state, but can not be used: the engine marks it and tries again next time. */
export class InitFailed extends Error {
  readonly stored: Stored;
  readonly reasons: readonly string[];

  constructor(stored: Stored, cause: NotReady) {
    super(cause.message, { cause });
    this.stored = stored;
    this.reasons = cause.reasons;
  }
}

/**
 * One provider over the world: what the protocol's calls mean, in plain values. Every problem is thrown or returned in
 * the words in which the real provider or its API would report it, where it has any.
 */
export class Provider {
  readonly #package: Package;
  readonly #world: World;
  /** Aborted when the engine cancels. */
  readonly #signal: AbortSignal;
  #settings: Properties = {};
  #store: Store;

  constructor(packageOf: Package, world: World, signal: AbortSignal) {
    this.#package = packageOf;
    this.#world = world;
    this.#signal = signal;
    this.#store = new PlainStore(packageOf, world);
  }

  check({ urn, inputs, old, seed, naming }: CheckInput): { inputs: Properties; failures: Failure[] } {
    if (this.#outage()?.leavesObjects === true) return { inputs: old, failures: [] };
    const type = typeOf(urn);
    const kind = this.#kindOf(type);
    const failures = unknownProperties(type, plainProperties(inputs)).map((unknown) =>
      failure(unknown.path, describeUnknown(type, unknown)),
    );
    for (const { path, problem } of foreignIds(kind.references ?? [], inputs)) {
      failures.push(failure(formatPath(path), `${formatPath(path)}: ${problem}`));
    }
    if (kind.naming === undefined) return { inputs, failures };

    const named = autoname({ naming: kind.naming, resource: nameOf(urn), inputs, old, seed, engine: naming });
    if ("inputs" in named) return { inputs: named.inputs, failures };
    return { inputs, failures: [...failures, failure(kind.naming.property, named.problem)] };
  }

  diff(urn: string, old: Properties, inputs: Properties): { changes: Change[]; deleteBeforeReplace: boolean } {
    const { naming, replaceOn } = this.#kindOf(typeOf(urn));
    const changes = changesBetween(old, inputs, replaceOn);
    const keepsName =
      naming !== undefined &&
      !wasChosen(naming, inputs) &&
      textAt(plainProperties(inputs), naming.property) !== undefined &&
      textAt(plainProperties(inputs), naming.property) === textAt(plainProperties(old), naming.property);
    return { changes, deleteBeforeReplace: keepsName && changes.some((change) => change.replaces) };
  }

  async previewCreate(urn: string, inputs: Properties): Promise<Properties> {
    this.#assertReachable({ preview: true });
    const kind = this.#kindOf(typeOf(urn));
    if (!hasUnknown(inputs)) await this.#store.preview(kind, this.#newObject(urn, "", kind, inputs));
    return wrapSecrets(kind, previewOf(kind, inputs), inputs);
  }

  async create(urn: string, inputs: Properties, timeoutSeconds?: number): Promise<{ id: string; state: Properties }> {
    const kind = this.#kindOf(typeOf(urn));
    const made = await this.#mutate("create", urn, () => {
      const id = this.#freshId(kind, plainProperties(inputs));
      return this.#store.create(kind, this.#newObject(urn, id, kind, inputs));
    });
    return { id: made.id, state: await this.#settle(kind, made, inputs, timeoutSeconds) };
  }

  async previewUpdate(urn: string, id: string, inputs: Properties, oldState: Properties): Promise<Properties> {
    this.#assertTwinId(id);
    this.#assertReachable({ preview: true });
    const type = typeOf(urn);
    const kind = this.#kindOf(type);
    const existing = this.#find(type, id);
    if (existing !== undefined && !hasUnknown(inputs)) {
      await this.#store.preview(kind, { ...existing, inputs: wanted(inputs) });
    }
    return wrapSecrets(kind, previewOf(kind, inputs, oldState), inputs);
  }

  async update(urn: string, id: string, inputs: Properties, timeoutSeconds?: number): Promise<Properties> {
    this.#assertTwinId(id);
    const type = typeOf(urn);
    const kind = this.#kindOf(type);
    const changed = await this.#mutate("update", urn, () => {
      const existing = this.#find(type, id) ?? (kind.isDeed ? this.#newObject(urn, id, kind, inputs) : undefined);
      if (existing === undefined) {
        throw new Error(`${type} ${id} does not exist any more; \`pulumi refresh\` brings the state up to date`);
      }
      return this.#store.update(kind, { ...existing, urn, inputs: wanted(inputs), revision: existing.revision + 1 });
    });
    return this.#settle(kind, changed, inputs, timeoutSeconds);
  }

  /**
   * What exists under `id`, or undefined. `inputs` and `state` are the engine's last; empty for an import.
   *
   * @throws InitFailed with all of it where the object can not be used.
   */
  async read(urn: string, id: string, inputs: Properties, state: Properties): Promise<Stored | undefined> {
    this.#assertTwinId(id);
    const type = typeOf(urn);
    const kind = this.#kindOf(type);
    const recorded = this.#find(type, id);
    if (!isOffline(kind, "read", recorded)) this.#assertReachable();
    const now = this.#world.now();
    if (recorded === undefined || kind.gone?.({ ...recorded, now }) === true) return undefined;
    const found = await this.#store.read(kind, recorded);
    if (found === undefined) return undefined;
    const { object, notReady } = found;
    const defaults = inputs["__defaults"];
    const stored: Stored = {
      id,
      inputs: {
        ...wrapSecrets(kind, object.inputs, inputs),
        ...(defaults === undefined ? {} : { __defaults: defaults }),
      },
      state: wrapSecrets(kind, this.#store.state(kind, object), { ...state, ...inputs }),
    };
    if (notReady !== undefined) throw new InitFailed(stored, notReady);
    return stored;
  }

  /** Deleting what does not exist succeeds. */
  async delete(urn: string, id: string, timeoutSeconds?: number): Promise<void> {
    this.#assertTwinId(id);
    const type = typeOf(urn);
    const kind = this.#kindOf(type);
    const offline = isOffline(kind, "delete", this.#find(type, id));
    const destroy = async (): Promise<void> => {
      const object = this.#find(type, id);
      if (object === undefined) return;
      if (kind.isKept === true) return this.#world.put("update", { ...object, urn: "" });
      await this.#store.delete(kind, object, this.#limits(timeoutSeconds));
    };
    await this.#mutate("delete", urn, destroy, { offline });
  }

  async configure(settings: Properties): Promise<void> {
    this.#settings = plainProperties(settings);
    this.#store = (await this.#package.connect?.(this.#world)) ?? this.#store;
  }

  /** Unknown settings of the provider itself. */
  checkConfig(settings: Properties): Failure[] {
    const type = `pulumi:providers:${this.#package.name}`;
    return unknownProperties(type, ownSettings(settings)).map((unknown) =>
      failure(unknown.path, describeUnknown(type, unknown)),
    );
  }

  diffConfig(old: Properties, settings: Properties): Change[] {
    return changesBetween(old, settings, this.#package.replaceProviderOn(plainProperties(old)));
  }

  async #settle(kind: Kind, made: WorldObject, inputs: Properties, timeoutSeconds?: number): Promise<Properties> {
    const stateOf = (object: WorldObject): Properties => wrapSecrets(kind, this.#store.state(kind, object), inputs);
    try {
      return stateOf(await this.#store.settle(made, this.#limits(timeoutSeconds)));
    } catch (error) {
      if (!(error instanceof NotReady)) throw error;
      const object = this.#find(made.type, made.id) ?? made;
      throw new InitFailed({ id: made.id, inputs, state: stateOf(object) }, error);
    }
  }

  #outage(): Outage | undefined {
    return this.#package.outage?.(this.#world, this.#settings);
  }

  #assertReachable({ preview = false } = {}): void {
    const outage = this.#outage();
    if (outage !== undefined && (outage.failsPreview || !preview)) throw new Error(outage.message);
  }

  #limits(timeoutSeconds: number | undefined): Limits {
    return { timeoutSeconds, signal: this.#signal };
  }

  #newObject(urn: string, id: string, kind: Kind, inputs: Properties): WorldObject {
    const own = wanted(inputs);
    return {
      package: this.#package.name,
      type: typeOf(urn),
      id,
      urn,
      inputs: own,
      facts: this.#inherited(kind, own),
      revision: 1,
      createdAt: this.#world.now().toISOString(),
    };
  }

  async #mutate<T>(
    operation: "create" | "update" | "delete",
    urn: string,
    act: () => Promise<T>,
    { offline = false } = {},
  ): Promise<T> {
    if (!offline) this.#assertReachable();
    const { rateLimited } = this.#package.words;
    return this.#world.mutate({ operation, urn, rateLimited, signal: this.#signal }, act);
  }

  #kindOf(type: string): Kind {
    const kind = this.#package.kinds[type] ?? this.#package.otherKind?.(type);
    if (kind !== undefined) return kind;
    const nearest = closest(type, Object.keys(this.#package.kinds));
    throw new Error(
      `The twin does not know ${type}${hasShape(type) ? "" : ` (nearest: ${nearest})`}: ` +
        `describe how the API treats it in sandbox/twin/kinds/${this.#package.name}.ts`,
    );
  }

  #find(type: string, id: string): WorldObject | undefined {
    const object = this.#world.objects(this.#package.name).get(id);
    return object?.type === type ? object : undefined;
  }

  #inherited({ inherits = [] }: Kind, inputs: Properties): Properties {
    const settings = Object.entries(this.#settings);
    return Object.fromEntries(settings.filter(([name]) => inherits.includes(name) && inputs[name] === undefined));
  }

  #freshId(kind: Kind, inputs: Properties): string {
    const objects = this.#world.objects(this.#package.name);
    if (kind.id !== undefined) return kind.id(inputs);
    let id: string;
    do id = makeId(this.#package.name, kind.idPrefix, this.#world.random(8));
    while (objects.get(id) !== undefined);
    return id;
  }

  #assertTwinId(id: string): void {
    if (!isTwinId(this.#package.name, id)) throw new Error(foreignId(this.#package.name, id));
  }
}

function isOffline(kind: Kind, operation: "read" | "delete", object: WorldObject | undefined): boolean {
  return object !== undefined && kind.offline?.(operation, object) === true;
}

function wanted(inputs: Properties): Properties {
  return plainProperties(withoutBookkeeping(inputs));
}

function failure(path: string, reason: string): Failure {
  return { property: /^[^.[]*/.exec(path)?.[0] ?? path, reason };
}
