import { z } from "zod";
import { type Ask, jsonOf, type Request, type Steps } from "../resolve/ask.ts";
import { InputError } from "../errors.ts";
import { Unasked, OWNER_LABEL, type Found, type Inventory } from "./found.ts";

const API = "https://api.hetzner.cloud";
const PAGE_SIZE = 50;

/** Collections of the API in the order in which their objects have to go, with the word for one. */
const KINDS = {
  servers: "server",
  load_balancers: "load balancer",
  volumes: "volume",
  floating_ips: "floating IP",
  primary_ips: "primary IP",
  images: "snapshot",
  networks: "network",
  firewalls: "firewall",
  placement_groups: "placement group",
} as const;
type Collection = keyof typeof KINDS;

const thing = z.object({
  id: z.int(),
  name: z.string().nullish(),
  description: z.string().nullish(),
  labels: z.record(z.string(), z.string()).default({}),
  /** Of a volume: the server that it is attached to. */
  server: z.int().nullish(),
});
/** The collection itself is under its own name. */
const page = z.looseObject({ meta: z.object({ pagination: z.object({ next_page: z.int().nullable() }) }) });
const things = z.array(thing);

const STEPS: Steps = {
  401: "HCLOUD_TOKEN is not a token that Hetzner knows: make one in the project under Security, API tokens.",
  403: "HCLOUD_TOKEN may not write to this project: make a token with the right to read and write.",
};

/** Everything of a Hetzner project that bills, and what holds it. @param token `HCLOUD_TOKEN` */
export class HetznerInventory implements Inventory {
  readonly provider = "hcloud";
  readonly #ask: Ask;
  readonly #token: string | undefined;
  /** Ids of volumes that are attached. */
  readonly #attached = new Set<string>();

  constructor(ask: Ask, token: string | undefined) {
    this.#ask = ask;
    this.#token = token;
  }

  async list(): Promise<readonly Found[]> {
    if (this.#token === undefined) throw new Unasked("HCLOUD_TOKEN is not set");
    const found: Found[] = [];
    for (const collection of collections()) found.push(...(await this.#listKind(collection)));
    return found;
  }

  async remove({ kind, id }: Found): Promise<void> {
    const collection = collections().find((each) => KINDS[each] === kind);
    if (collection === undefined) throw new Error(`${kind} is no kind that Hetzner has`);
    if (this.#attached.has(id)) await this.#send("POST", `volumes/${id}/actions/detach`);
    await this.#send("DELETE", `${collection}/${id}`);
  }

  async #listKind(collection: Collection): Promise<Found[]> {
    const found: Found[] = [];
    for (let number: number | null = 1; number !== null;) {
      const query = new URLSearchParams({ page: String(number), per_page: String(PAGE_SIZE) });
      // Of images, those that somebody has taken: the others are Hetzner's, or go with their server.
      if (collection === "images") query.set("type", "snapshot");
      const request = this.#request(`${collection}?${query}`);
      const answer: z.infer<typeof page> = await jsonOf(this.#ask, request, page, STEPS).catch(toUnasked);
      found.push(...things.parse(answer[collection]).map((each) => this.#toFound(collection, each)));
      number = answer.meta.pagination.next_page;
    }
    return found;
  }

  #toFound(collection: Collection, { id, name, description, labels, server }: z.infer<typeof thing>): Found {
    if (collection === "volumes" && server !== null && server !== undefined) this.#attached.add(String(id));
    return {
      provider: this.provider,
      kind: KINDS[collection],
      id: String(id),
      name: name ?? description ?? "",
      environment: labels[OWNER_LABEL],
    };
  }

  /** What is gone already counts as done: another run, or what held it, was faster. */
  async #send(method: "POST" | "DELETE", path: string): Promise<void> {
    const answer = await this.#ask({ ...this.#request(path), method });
    const text = await answer.text();
    if (!answer.ok && answer.status !== 404) throw new Error(`Hetzner answered ${answer.status}: ${wordsOf(text)}`);
  }

  #request(path: string): Request {
    return { url: new URL(`/v1/${path}`, API), headers: { authorization: `Bearer ${this.#token ?? ""}` } };
  }
}

const collections = (): Collection[] => Object.keys(KINDS) as Collection[];

const refusal = z.object({ error: z.object({ code: z.string(), message: z.string() }) });

function wordsOf(text: string): string {
  const parsed = refusal.safeParse(tryParse(text));
  return parsed.success ? `${parsed.data.error.message} (${parsed.data.error.code})` : text.slice(0, 200);
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function toUnasked(error: unknown): never {
  throw error instanceof InputError ? new Unasked(error.message) : error;
}
