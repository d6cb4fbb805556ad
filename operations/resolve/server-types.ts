import { z } from "zod";
import { type Ask, jsonOf, type Steps } from "./ask.ts";

const API = "https://api.hetzner.cloud";
const PAGE_SIZE = 50;

/** The parts of `GET /v1/server_types` that decide. `GET /v1/datacenters`, where stock stood before, is gone. */
const page = z.object({
  server_types: z.array(
    z.object({
      name: z.string(),
      cores: z.int(),
      memory: z.number(),
      disk: z.number(),
      architecture: z.enum(["x86", "arm"]),
      locations: z.array(
        z.object({
          name: z.string(),
          available: z.boolean(),
          deprecation: z.object({ unavailable_after: z.string() }).nullish(),
        }),
      ),
    }),
  ),
  meta: z.object({ pagination: z.object({ next_page: z.int().nullable() }) }),
});

const images = z.object({ images: z.array(z.object({ name: z.string().nullable(), status: z.string() })) });

/** A server type as Hetzner offers it today. */
export interface ServerOffer {
  readonly architecture: "amd64" | "arm64";
  readonly vcpu: number;
  readonly memoryGiB: number;
  readonly diskGiB: number;
  /** By location. `lastDay`: ISO date after which it is no longer sold there. */
  readonly stock: ReadonlyMap<string, { readonly available: boolean; readonly lastDay: string | undefined }>;
}

const STEPS: Steps = {
  401: "HCLOUD_TOKEN is not a token that Hetzner knows: make one in the project under Security, API tokens.",
  403: "HCLOUD_TOKEN may not read this project: make a token with the right to read.",
};

const bearer = (token: string): Readonly<Record<string, string>> => ({ authorization: `Bearer ${token}` });

/** Server types by name. @throws InputError where Hetzner does not answer, or in another shape. */
export async function readServerTypes(ask: Ask, token: string): Promise<ReadonlyMap<string, ServerOffer>> {
  const offers = new Map<string, ServerOffer>();
  for (let number: number | null = 1; number !== null;) {
    const url = new URL(`/v1/server_types?page=${number}&per_page=${PAGE_SIZE}`, API);
    const answer: z.infer<typeof page> = await jsonOf(ask, { url, headers: bearer(token) }, page, STEPS);
    for (const { name, cores, memory, disk, architecture, locations } of answer.server_types) {
      offers.set(name, {
        architecture: architecture === "x86" ? "amd64" : "arm64",
        vcpu: cores,
        memoryGiB: memory,
        diskGiB: disk,
        stock: new Map(
          locations.map(({ name: location, available, deprecation }) => [
            location,
            { available, lastDay: deprecation?.unavailable_after.slice(0, "2026-11-21".length) },
          ]),
        ),
      });
    }
    number = answer.meta.pagination.next_page;
  }
  return offers;
}

/** Whether Hetzner still has a system image of that name for an architecture. */
export async function hasSystemImage(
  ask: Ask,
  token: string,
  { name, architecture }: { readonly name: string; readonly architecture: ServerOffer["architecture"] },
): Promise<boolean> {
  const query = new URLSearchParams({
    type: "system",
    status: "available",
    name,
    architecture: architecture === "amd64" ? "x86" : "arm",
  });
  const url = new URL(`/v1/images?${query.toString()}`, API);
  const { images: found } = await jsonOf(ask, { url, headers: bearer(token) }, images, STEPS);
  return found.length > 0;
}

/** Why a type can not be ordered in a location; undefined if it can. The flag is Hetzner's hint: stock moves by the hour. */
export function obstacle(offer: ServerOffer | undefined, location: string, today: string): string | undefined {
  if (offer === undefined) return "unknown to Hetzner";
  const stock = offer.stock.get(location);
  if (stock === undefined) return `not offered in ${location}`;
  if (stock.lastDay !== undefined && stock.lastDay < today)
    return `no longer sold in ${location} since ${stock.lastDay}`;
  return stock.available ? undefined : `not orderable in ${location} now`;
}
