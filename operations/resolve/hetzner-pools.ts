import type { EnvironmentLock } from "../../stacks/spec/lock.ts";
import type { PoolOf } from "../../stacks/spec/pools.ts";
import { InputError } from "../errors.ts";
import type { Ask } from "./ask.ts";
import type { Note } from "./part.ts";
import { hasSystemImage, obstacle, readServerTypes, type ServerOffer } from "./server-types.ts";

type LockedPool = EnvironmentLock["pools"][string];
export type LockedHetznerPool = Extract<LockedPool, { kind: "hetzner" }>;

/** The system image of nodes; Hetzner keeps the name and renews what is behind it. */
const IMAGE = "debian-13";

interface HetznerChoice {
  readonly entry: LockedHetznerPool;
  readonly notes: readonly Note[];
  /** Why the preferred types were not taken; undefined where the first one was, or where the type stayed. */
  readonly reason: string | undefined;
}

export interface HetznerPoolQuery {
  readonly name: string;
  readonly pool: PoolOf<"hetzner">;
  readonly location: string;
  readonly locked: LockedHetznerPool | undefined;
}

/**
 * Chooses the server type of each pool: the one that the lock has while it can be ordered, else the first orderable one
 * of the pool's list.
 *
 * @throws InputError naming each pool for which nothing can be ordered, with the reason for each of its types.
 */
export async function chooseServerTypes(
  queries: readonly HetznerPoolQuery[],
  { ask, token, today }: { readonly ask: Ask; readonly token: string; readonly today: string },
): Promise<ReadonlyMap<string, HetznerChoice>> {
  const offers = await readServerTypes(ask, token);
  const choices = new Map(queries.map((query) => [query.name, choose(query, offers, today)]));
  const dry = [...choices.values()].filter((choice) => typeof choice === "string");
  if (dry.length > 0) throw new InputError(dry.join("\n"));
  const made = [...choices].flatMap(([name, choice]) => (typeof choice === "string" ? [] : [[name, choice] as const]));
  await Promise.all(made.map(([name, { entry }]) => checkImage(name, entry, { ask, token })));
  return new Map(made);
}

function choose(
  { name, pool, location, locked }: HetznerPoolQuery,
  offers: ReadonlyMap<string, ServerOffer>,
  today: string,
): HetznerChoice | string {
  const path = `pools.${name}`;
  const looked = pool.serverTypes.map((type) => ({ type, why: obstacle(offers.get(type), location, today) }));
  const orderable = looked.filter(({ why }) => why === undefined).map(({ type }) => type);
  const stays = locked !== undefined && orderable.includes(locked.serverType);
  const serverType = stays ? locked.serverType : orderable[0];
  const offer = serverType === undefined ? undefined : offers.get(serverType);
  const skipped = looked.flatMap(({ type, why }) => (why === undefined ? [] : [`${type} is ${why}`]));
  if (serverType === undefined || offer === undefined) {
    return `${path}: none of its types can be ordered (${skipped.join("; ")}). Nothing was written. Add a type to pools.${name}.serverTypes, choose another location, or run again later.`;
  }
  const { architecture, vcpu, memoryGiB, diskGiB } = offer;
  const preferred = looked.slice(0, pool.serverTypes.indexOf(serverType));
  const notes = [
    ...preferred.map(({ type, why }) =>
      why === undefined
        ? `${type} is preferred and orderable, but the pool's nodes keep ${serverType}; take ${serverType} out of pools.${name}.serverTypes to move them`
        : `skipped ${type}: ${why}`,
    ),
    ...leaving(serverType, offer, location),
  ];
  const passed = preferred.flatMap(({ type, why }) => (why === undefined ? [] : [`${type} is ${why}`]));
  return {
    entry: {
      kind: "hetzner",
      serverType,
      architecture,
      vcpu,
      memoryGiB,
      diskGiB,
      image: locked?.image ?? IMAGE,
    },
    notes: notes.map((message) => ({ path, message })),
    reason: passed.length === 0 ? undefined : passed.join("; "),
  };
}

function leaving(type: string, offer: ServerOffer, location: string): string[] {
  const lastDay = offer.stock.get(location)?.lastDay;
  return lastDay === undefined ? [] : [`${type} is deprecated: it can be ordered in ${location} until ${lastDay}`];
}

async function checkImage(
  name: string,
  { image, architecture }: LockedHetznerPool,
  { ask, token }: { readonly ask: Ask; readonly token: string },
): Promise<void> {
  // An id names a snapshot of one's own, which the look-up by name does not find.
  if (/^\d+$/.test(image) || (await hasSystemImage(ask, token, { name: image, architecture }))) return;
  throw new InputError(
    `pools.${name}.image: Hetzner has no system image ${image} for ${architecture}. Nothing was written. Write another name or the id of a snapshot there.`,
  );
}
