import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import path from "node:path";
import { freePort } from "../../sandbox/control-plane/ports.ts";
import { bodyOf } from "./web-app-servers.ts";

/** Answers instead of a file, as a Pages Function does. */
export type PagesFunction = (request: Request) => Promise<Response>;

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
};

/** A folder as Cloudflare Pages shows it: files with the headers of `_headers`, and a function for `/v1/`. */
export class PagesHost implements AsyncDisposable {
  readonly url: string;
  readonly #server: Server;

  private constructor(port: number, folder: string, answer: PagesFunction) {
    this.url = `http://127.0.0.1:${port}`;
    const rules = rulesOf(readFileSync(path.join(folder, "_headers"), "utf8"));
    this.#server = createServer((request, response) => {
      void this.#answer(request, { folder, rules, answer }).then(async (result) => {
        response.writeHead(result.status, Object.fromEntries(result.headers));
        response.end(Buffer.from(await result.arrayBuffer()));
      });
    }).listen(port, "127.0.0.1");
  }

  static async start(folder: string, answer: PagesFunction): Promise<PagesHost> {
    const host = new PagesHost(await freePort(), folder, answer);
    await once(host.#server, "listening");
    return host;
  }

  async #answer(
    incoming: IncomingMessage,
    { folder, rules, answer }: { folder: string; rules: readonly Rule[]; answer: PagesFunction },
  ): Promise<Response> {
    const { method = "GET", url = "/", headers } = incoming;
    if (url.startsWith("/v1/")) {
      const own = Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]);
      const hasBody = method !== "GET" && method !== "HEAD";
      const body = hasBody ? { body: await bodyOf(incoming) } : {};
      return answer(new Request(new URL(url, this.url), { method, headers: own, ...body }));
    }
    const file = url === "/" ? "/index.html" : url;
    return new Response(readFileSync(path.join(folder, path.normalize(file))), {
      headers: { "content-type": TYPES[path.extname(file)] ?? "application/octet-stream", ...headersOf(rules, url) },
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }
}

/** Headers of one pattern of paths; undefined takes away what earlier rules gave. */
interface Rule {
  readonly pattern: string;
  readonly headers: (readonly [string, string | undefined])[];
}

/** Rules of a `_headers` file: patterns at the margin, their headers indented, `!` before one that is taken away. */
function rulesOf(text: string): readonly Rule[] {
  const rules: Rule[] = [];
  for (const line of text.split("\n").filter((each) => each.trim() !== "" && !each.startsWith("#"))) {
    const [, removed, name = "", value = ""] = /^\s+(?:! (\S+)|([^:]+): (.*))$/.exec(line) ?? [];
    if (/^\S/.test(line)) rules.push({ pattern: line.trim(), headers: [] });
    else rules.at(-1)?.headers.push(removed === undefined ? [name, value] : [removed, undefined]);
  }
  return rules;
}

function headersOf(rules: readonly Rule[], url: string): Record<string, string> {
  const all: Record<string, string> = {};
  for (const { headers } of rules.filter((rule) => path.matchesGlob(url, rule.pattern.replace("*", "**")))) {
    for (const [name, value] of headers) {
      if (value === undefined) delete all[name];
      else all[name] = value;
    }
  }
  return all;
}
