import https from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import { KubeConfig } from "@kubernetes/client-node";
import { select } from "../../protocol/paths.ts";
import type { Properties } from "../../protocol/values.ts";

/** How often the server may ask to come back later before that counts as its answer, as in client-go. */
const TRIES = 10;

/** The server said no, in its own words. */
export class Refusal extends Error {
  readonly status: number;
  /** As the API names it, such as `Invalid` or `Forbidden`. */
  readonly reason: string;
  /** What the refusal consists of, such as one message for each field that others own. */
  readonly causes: readonly string[];

  constructor(message: string, status: number, reason: string, causes: readonly string[] = []) {
    super(message);
    this.name = "Refusal";
    this.status = status;
    this.reason = reason;
    this.causes = causes;
  }
}

export interface Call {
  readonly method: "GET" | "PATCH" | "DELETE";
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: Properties;
}

interface Answer {
  readonly status: number;
  readonly retryAfterSeconds: number;
  readonly body: Properties;
}

/** Requests to an API server in plain JSON, with the credentials of a kubeconfig. */
export class Connection {
  readonly #url: URL;
  readonly #agent: https.Agent;
  readonly #headers: Readonly<Record<string, string>>;

  private constructor(url: URL, agent: https.Agent, headers: Readonly<Record<string, string>>) {
    this.#url = url;
    this.#agent = agent;
    this.#headers = headers;
  }

  /**
   * Reads the credentials; asks nothing yet.
   *
   * @param context Name of a context of the file. @default the current one
   */
  static async fromKubeconfig(file: string, context?: string): Promise<Connection> {
    const config = new KubeConfig();
    config.loadFromFile(file);
    if (context !== undefined) {
      if (config.getContextObject(context) === null) throw new Error(`${file} has no context ${context}`);
      config.setCurrentContext(context);
    }
    const server = config.getCurrentCluster()?.server;
    if (server === undefined) throw new Error(`${file} names no cluster for its current context`);
    const options: https.RequestOptions = {};
    await config.applyToHTTPSOptions(options);
    const { ca, cert, key } = options;
    const agent = new https.Agent({ ca, cert, key, keepAlive: true });
    return new Connection(new URL(server), agent, headersOf(options));
  }

  /**
   * The server's answer; a server that is too busy is asked again.
   *
   * @throws Refusal
   */
  async call(call: Call): Promise<Properties> {
    for (let attempt = 1; ; attempt += 1) {
      const { status, retryAfterSeconds, body } = await this.#send(call);
      if (status < 400) return body;
      if (status !== 429 || attempt === TRIES) {
        const { message, reason } = body;
        const text = typeof message === "string" ? message : `${call.method} ${call.path} was answered with ${status}`;
        const causes = select(body, "details.causes[*].message").map(({ value }) => String(value));
        throw new Refusal(text, status, String(reason ?? ""), causes);
      }
      await sleep(retryAfterSeconds * 1000);
    }
  }

  #send({ method, path, query = {}, body }: Call): Promise<Answer> {
    const url = new URL(path, this.#url);
    url.search = new URLSearchParams(query).toString();
    const contentType = method === "PATCH" ? "application/apply-patch+yaml" : "application/json";
    const text = body === undefined ? "" : JSON.stringify(body);
    // Node states no length for the body of a DELETE by itself.
    const length = { "content-length": Buffer.byteLength(text) };
    const headers = { ...this.#headers, accept: "application/json", "content-type": contentType, ...length };
    return new Promise((resolve, reject) => {
      const request = https.request(url, { method, headers, agent: this.#agent }, (response) => {
        let answer = "";
        response
          .setEncoding("utf8")
          .on("data", (chunk: string) => (answer += chunk))
          .on("error", reject);
        response.on("end", () => {
          const retryAfterSeconds = Number(response.headers["retry-after"] ?? 1);
          resolve({ status: response.statusCode ?? 500, retryAfterSeconds, body: parse(answer) });
        });
      });
      request.on("error", (error) => reject(new Error(unreachable(this.#url, error), { cause: error })));
      request.end(text);
    });
  }
}

function unreachable({ origin }: URL, error: Error): string {
  return (
    `the rehearsal's API server at ${origin} does not answer (${error.message}). ` +
    "A rehearsal that was killed leaves its kubeconfig behind: start the rehearsal again, or delete that file, " +
    "control-plane/kubeconfig.yaml in the environment's folder below .sandbox."
  );
}

function headersOf({ headers = {} }: https.RequestOptions): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}

/** A proxy or a panicking server may answer in plain text. */
function parse(text: string): Properties {
  try {
    return JSON.parse(text) as Properties;
  } catch {
    return { message: text.trim() };
  }
}
