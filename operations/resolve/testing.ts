import { createServer } from "node:http";
import { once } from "node:events";
import { type Ask, createAsk } from "./ask.ts";

/** What a host answers; a list gives one answer after the other, the last one from then on. */
export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | object;
}

export interface Recorded {
  readonly ask: Ask;
  /** Method, host, path and query of each request, in order. */
  readonly requests: string[];
  /** Authorization headers in the order of the requests. */
  readonly authorizations: (string | undefined)[];
  /** Waits that were asked for between attempts, in milliseconds. */
  readonly pauses: number[];
  close(): Promise<void>;
}

/** Hosts of recorded answers on one loopback server, by host, path and query. What is not recorded is a 404. */
export async function recordedHosts(answers: Readonly<Record<string, Answer | readonly Answer[]>>): Promise<Recorded> {
  const requests: string[] = [];
  const authorizations: (string | undefined)[] = [];
  const pauses: number[] = [];
  const served = new Map<string, number>();
  const server = createServer((request, response) => {
    const key = (request.url ?? "").slice(1);
    requests.push(`${request.method ?? ""} ${key}`);
    authorizations.push(request.headers.authorization);
    const count = served.get(key) ?? 0;
    served.set(key, count + 1);
    const recorded = [answers[key] ?? { status: 404 }].flat();
    const { status = 200, headers = {}, body = "" } = recorded[Math.min(count, recorded.length - 1)] ?? {};
    response.writeHead(status, headers).end(typeof body === "string" ? body : JSON.stringify(body));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  const ask = createAsk({
    fetch: (url, init) => fetch(`http://127.0.0.1:${address.port}/${url.host}${url.pathname}${url.search}`, init),
    pause: async (milliseconds) => void pauses.push(milliseconds),
  });
  return {
    ask,
    requests,
    authorizations,
    pauses,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** A page of Hetzner's server types as the API gives it, with the fields that are read. */
export const serverTypes = (
  types: readonly { name: string; cores?: number; stock: Readonly<Record<string, boolean>>; lastDay?: string }[],
): Answer => ({
  body: {
    server_types: types.map(({ name, cores = 4, stock, lastDay }) => ({
      name,
      cores,
      memory: cores * 2,
      disk: cores * 40,
      architecture: name.startsWith("cax") ? "arm" : "x86",
      locations: Object.entries(stock).map(([location, available]) => ({
        name: location,
        available,
        deprecation: lastDay === undefined ? null : { unavailable_after: `${lastDay}T00:00:00Z` },
      })),
    })),
    meta: { pagination: { next_page: null } },
  },
});

export const SERVER_TYPES_PATH = "api.hetzner.cloud/v1/server_types?page=1&per_page=50";
export const IMAGE_PATH = "api.hetzner.cloud/v1/images?type=system&status=available&name=debian-13&architecture=x86";
export const IMAGE_FOUND: Answer = { body: { images: [{ name: "debian-13", status: "available" }] } };
