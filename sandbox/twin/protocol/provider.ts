import { closest } from "fastest-levenshtein";
import { describeUnknown, hasShape, unknownProperties } from "../../../components/shapes/shapes.ts";
import { isTwinId, makeId } from "../ids.ts";
import type { Kind, Package } from "../kind.ts";
import type { WorldObject } from "../world/objects.ts";
import type { World } from "../world/world.ts";
import { admit, assertNotHeld, foreignId, foreignIds } from "./admission.ts";
import { changesBetween, type Change } from "./diff.ts";
import { autoname, wasChosen, type EngineNaming } from "./naming.ts";
import { formatPath, textAt } from "./paths.ts";
import { previewOf, stateOf, withoutBookkeeping, wrapSecrets } from "./state.ts";
import { plainProperties, type Properties, type Value } from "./values.ts";

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

  constructor(packageOf: Package, world: World, signal: AbortSignal) {
    this.#package = packageOf;
    this.#world = world;
    this.#signal = signal;
  }

  check({ urn, inputs, old, seed, naming }: CheckInput): { inputs: Properties; failures: Failure[] } {
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

  previewCreate(urn: string, inputs: Properties): Properties {
    const kind = this.#kindOf(typeOf(urn));
    return wrapSecrets(kind, previewOf(kind, inputs), inputs);
  }

  async create(urn: string, inputs: Properties): Promise<{ id: string; state: Properties }> {
    const type = typeOf(urn);
    const kind = this.#kindOf(type);
    const wanted = plainProperties(withoutBookkeeping(inputs));
    const object = await this.#mutate("create", urn, () => {
      admit(this.#package, this.#world, { type, kind, inputs: wanted, object: undefined });
      const id = this.#freshId(kind, wanted);
      const createdAt = this.#world.now().toISOString();
      const { name } = this.#package;
      const facts = this.#inherited(kind, wanted);
      const made: WorldObject = { package: name, type, id, urn, inputs: wanted, facts, revision: 1, createdAt };
      this.#world.put("create", made);
      return made;
    });
    return { id: object.id, state: wrapSecrets(kind, stateOf(kind, object, this.#world.now()), inputs) };
  }

  previewUpdate(urn: string, id: string, inputs: Properties, oldState: Properties): Properties {
    this.#assertTwinId(id);
    const kind = this.#kindOf(typeOf(urn));
    return wrapSecrets(kind, previewOf(kind, inputs, oldState), inputs);
  }

  async update(urn: string, id: string, inputs: Properties): Promise<Properties> {
    this.#assertTwinId(id);
    const type = typeOf(urn);
    const kind = this.#kindOf(type);
    const wanted = plainProperties(withoutBookkeeping(inputs));
    const object = await this.#mutate("update", urn, () => {
      const existing = this.#find(type, id);
      if (existing === undefined) {
        throw new Error(`${type} ${id} does not exist any more; \`pulumi refresh\` brings the state up to date`);
      }
      admit(this.#package, this.#world, { type, kind, inputs: wanted, object: existing });
      const changed: WorldObject = { ...existing, urn, inputs: wanted, revision: existing.revision + 1 };
      this.#world.put("update", changed);
      return changed;
    });
    return wrapSecrets(kind, stateOf(kind, object, this.#world.now()), inputs);
  }

  /** What exists under `id`, or undefined. `inputs` and `state` are the engine's last; empty for an import. */
  read(urn: string, id: string, inputs: Properties, state: Properties): Stored | undefined {
    this.#assertTwinId(id);
    const type = typeOf(urn);
    const kind = this.#kindOf(type);
    const object = this.#find(type, id);
    const now = this.#world.now();
    if (object === undefined || kind.gone?.({ ...object, now }) === true) return undefined;
    const defaults = inputs["__defaults"];
    return {
      id,
      inputs: {
        ...wrapSecrets(kind, object.inputs, inputs),
        ...(defaults === undefined ? {} : { __defaults: defaults }),
      },
      state: wrapSecrets(kind, stateOf(kind, object, now), { ...state, ...inputs }),
    };
  }

  /** Deleting what does not exist succeeds. */
  async delete(urn: string, id: string): Promise<void> {
    this.#assertTwinId(id);
    const type = typeOf(urn);
    await this.#mutate("delete", urn, () => {
      const object = this.#find(type, id);
      if (object === undefined) return;
      const vanishing = this.#kindOf(type).cascade?.(object, this.#world) ?? [];
      assertNotHeld(this.#package, this.#world, object, vanishing);
      for (const other of vanishing) this.#world.remove(other);
      this.#world.remove(object);
    });
  }

  configure(settings: Properties): void {
    this.#settings = plainProperties(settings);
  }

  /** Unknown settings of the provider itself. Nested settings arrive as JSON text. */
  checkConfig(settings: Properties): Failure[] {
    const type = `pulumi:providers:${this.#package.name}`;
    const { version: _version, pluginDownloadURL: _url, ...own } = plainProperties(settings);
    const parsed = Object.fromEntries(Object.entries(own).map(([key, value]) => [key, parseSetting(value)]));
    return unknownProperties(type, parsed).map((unknown) => failure(unknown.path, describeUnknown(type, unknown)));
  }

  diffConfig(old: Properties, settings: Properties): Change[] {
    return changesBetween(old, settings, this.#package.replaceProviderOn(plainProperties(old)));
  }

  #mutate<T>(operation: "create" | "update" | "delete", urn: string, act: () => T): Promise<T> {
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

function failure(path: string, reason: string): Failure {
  return { property: /^[^.[]*/.exec(path)?.[0] ?? path, reason };
}

function parseSetting(value: Value): Value {
  if (typeof value !== "string" || !/^[[{]/.test(value)) return value;
  try {
    return JSON.parse(value) as Value;
  } catch {
    return value; // A setting that is text and only looks like JSON, such as a kubeconfig.
  }
}

/** The type token of a URN, without those of its parents. */
export function typeOf(urn: string): string {
  return urn.split("::")[2]?.split("$").at(-1) ?? "";
}

function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::");
}
