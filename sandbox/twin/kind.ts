import type { Properties, Value } from "./protocol/values.ts";
import type { Store } from "./store.ts";
import type { WorldObject } from "./world/objects.ts";
import type { World } from "./world/world.ts";

/**
 * How the simulated API treats one resource type. Places are written as patterns: dots between names, `[*]` for every
 * element of a list.
 */
export interface Kind {
  /** What stands in ids, such as `vpc`, unless they are numbers. */
  readonly idPrefix?: string;
  /** Ids that the API composes of others, in place of a random one. */
  readonly id?: (inputs: Properties) => string;
  /** Settings of the provider that hold for an object whose owner says nothing else. */
  readonly inherits?: readonly string[];
  /** What the API can not change in place. */
  readonly replaceOn: readonly string[];
  readonly naming?: Naming;
  /** Computed outputs by place. A value that the owner gave wins. */
  readonly outputs?: Readonly<Record<string, (facts: Facts) => Value>>;
  /** Computed outputs that every update changes, so that a preview does not know them. */
  readonly volatile?: readonly string[];
  /** Outputs that are secret whether or not an input was. */
  readonly secretOutputs?: readonly string[];
  readonly references?: readonly Reference[];
  /** Names, addresses and the like that no two objects of the type may share. */
  readonly claims?: (inputs: Properties) => readonly Claim[];
  /** What the API refuses on create and update beyond all of the above. Throws in the API's words. */
  readonly admit?: (request: Admission) => void;
  /** Objects that vanish together with this one. */
  readonly cascade?: (object: WorldObject, world: World) => readonly WorldObject[];
  /** What the provider does without asking its API. */
  readonly offline?: (operation: "read" | "delete", object: WorldObject) => boolean;
  /** Set where nothing ends it: the provider's delete forgets it, and it stays in the world without an owner. */
  readonly isKept?: boolean;
  /** Set where an id stands for a deed and no object: it can be done again although what it was done to is gone. */
  readonly isDeed?: boolean;
  /** Whether a read reports the object as gone although it exists, as with an expired key. */
  readonly gone?: (facts: Facts) => boolean;
}

/** How a provider names what its owner did not. */
export interface Naming {
  /** Place of the name. */
  readonly property: string;
  /** Characters, random part included. */
  readonly maxLength: number;
  /** Hex digits after the resource's name. */
  readonly randomDigits: number;
  /** An input that makes the API choose the name itself. */
  readonly prefixProperty?: string;
  /** Where the provider notes that it chose the name: `__defaults`, or an annotation of the object. */
  readonly mark: "defaults" | "annotation";
}

/** An input that names another object of the world. */
export interface Reference {
  readonly at: string;
  readonly to: string;
  /** Place in the other object's state that is compared; its id unless given. */
  readonly by?: string;
  /** Values that name something outside the twin, such as a namespace that every cluster has. */
  readonly except?: RegExp;
  /** Whether the other object can not be deleted as long as this one exists. */
  readonly holds?: true;
}

export interface Claim {
  readonly key: string;
  /** The API's answer when another object has the same key. */
  readonly conflict: string;
}

/** An object with what its computed outputs may depend on. */
export interface Facts extends WorldObject {
  readonly now: Date;
}

export interface Admission {
  readonly inputs: Properties;
  /** Undefined on create. */
  readonly object: WorldObject | undefined;
  readonly world: World;
}

/** How a provider behaves that can not reach its API. */
export interface Outage {
  /** In the provider's words. */
  readonly message: string;
  /** Whether it asks the API in a preview already. */
  readonly failsPreview: boolean;
  /** Whether it takes every object that it has made for unchanged. */
  readonly leavesObjects: boolean;
}

/** One provider package as the twin serves it. */
export interface Package {
  readonly name: string;
  /** That of the installed SDK: the engine asks for exactly this one. */
  readonly version: string;
  readonly kinds: Readonly<Record<string, Kind>>;
  /** How a type without an entry is treated; where absent, such a type is refused. */
  readonly otherKind?: (type: string) => Kind;
  /** Provider settings whose change replaces the provider and everything made through it. */
  readonly replaceProviderOn: (old: Properties) => readonly string[];
  /** The real server of this rehearsal, where one runs; asked whenever an engine configures a provider. */
  readonly connect?: (world: World) => Promise<Store | undefined>;
  /** How long the provider asks again for what the API has made and does not show yet; absent where it shows all at once. */
  readonly consistency?: { readonly retryMs: number };
  /** Why nothing that the provider manages can be reached now; undefined where it can. */
  readonly outage?: (world: World, settings: Properties) => Outage | undefined;
  /** The API's own words. */
  readonly words: {
    readonly missing: (reference: Reference, value: string) => string;
    readonly inUse: (object: WorldObject, by: WorldObject) => string;
    readonly rateLimited: string;
  };
}
