import https from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import { KubeConfig } from "@kubernetes/client-node";
import { select } from "../../protocol/paths.ts";
import { isObject, type Properties } from "../../protocol/values.ts";
import type { Reference } from "./manifest.ts";

/** Who owns the fields that are applied. */
export const FIELD_MANAGER = "splitfleet";
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

/** What to list, in one namespace or, without one, everywhere. */
export interface Query {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  /** As the API takes them: `labelSelector`, `fieldSelector`. */
  readonly selectors?: Readonly<Record<string, string>>;
}

export interface ApplyOptions {
  /** Judge only; nothing is stored. */
  readonly dryRun?: boolean;
  /** Take over fields that others own. */
  readonly force?: boolean;
}

interface Call {
  readonly method: "GET" | "PATCH" | "DELETE";
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: Properties;
}

interface Resource {
  /** As it stands in paths, such as `deployments`. */
  readonly name: string;
  readonly namespaced: boolean;
}

/**
 * A Kubernetes API server in plain JSON. The client library's typed objects are no use here: they drop what they do not
 * know, and the server is to judge exactly what the program wrote.
 */
export class ApiServer {
  readonly #url: URL;
  readonly #agent: https.Agent;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #resources = new Map<string, ReadonlyMap<string, Resource>>();

  private constructor(url: URL, agent: https.Agent, headers: Readonly<Record<string, string>>) {
    this.#url = url;
    this.#agent = agent;
    this.#headers = headers;
  }

  /** Reads the credentials; asks nothing yet. */
  static async fromKubeconfig(file: string): Promise<ApiServer> {
    const config = new KubeConfig();
    config.loadFromFile(file);
    const server = config.getCurrentCluster()?.server;
    if (server === undefined) throw new Error(`${file} names no cluster for its current context`);
    const options: https.RequestOptions = {};
    await config.applyToHTTPSOptions(options);
    const { ca, cert, key } = options;
    const agent = new https.Agent({ ca, cert, key, keepAlive: true });
    return new ApiServer(new URL(server), agent, headersOf(options));
  }

  /** Server-side apply. Returns the object as the server has, or with `dryRun` would have, it. */
  async apply(manifest: Properties, reference: Reference, options: ApplyOptions = {}): Promise<Properties> {
    const { dryRun = false, force = false } = options;
    const query = {
      fieldManager: FIELD_MANAGER,
      // An unknown field would be dropped without a word; a rehearsal is there to find it.
      fieldValidation: "Strict",
      ...(dryRun ? { dryRun: "All" } : {}),
      ...(force ? { force: "true" } : {}),
    };
    return this.#call({ method: "PATCH", path: await this.#pathOf(reference), query, body: manifest });
  }

  /** Undefined where there is no such object, or no such kind. */
  async get(reference: Reference): Promise<Properties | undefined> {
    return unlessMissing(async () => this.#call({ method: "GET", path: await this.#pathOf(reference) }));
  }

  async list(query: Query): Promise<Properties[]> {
    const { name } = await this.#resource(query);
    const path = `${pathOfVersion(query.apiVersion)}${inNamespace(query.namespace)}/${name}`;
    const { items } = await this.#call({ method: "GET", path, query: query.selectors ?? {} });
    return Array.isArray(items) ? items.filter(isObject) : [];
  }

  /** Asks for the deletion; the object stays as long as something holds it. False where there was none. */
  async delete(reference: Reference, propagationPolicy: string): Promise<boolean> {
    const body = { apiVersion: "v1", kind: "DeleteOptions", propagationPolicy };
    const answer = await unlessMissing(async () =>
      this.#call({ method: "DELETE", path: await this.#pathOf(reference), body }),
    );
    return answer !== undefined;
  }

  async #pathOf(reference: Reference): Promise<string> {
    const { name, namespaced } = await this.#resource(reference);
    const namespace = namespaced ? inNamespace(reference.namespace ?? "default") : "";
    return `${pathOfVersion(reference.apiVersion)}${namespace}/${name}/${encodeURIComponent(reference.name)}`;
  }

  /** Asked again while the kind is not known: its definition may be new. */
  async #resource({ apiVersion, kind }: Pick<Reference, "apiVersion" | "kind">): Promise<Resource> {
    const known = this.#resources.get(apiVersion)?.get(kind);
    if (known !== undefined) return known;
    const listed = await unlessMissing(() => this.#call({ method: "GET", path: pathOfVersion(apiVersion) }));
    const resources = Array.isArray(listed?.["resources"]) ? listed["resources"].filter(isObject) : [];
    const byKind = new Map<string, Resource>();
    for (const { kind: of, name, namespaced } of resources) {
      const isSubresource = String(name).includes("/");
      if (!isSubresource) byKind.set(String(of), { name: String(name), namespaced: namespaced === true });
    }
    this.#resources.set(apiVersion, byKind);
    const found = byKind.get(kind);
    if (found === undefined) throw new Refusal(`no matches for kind "${kind}" in version "${apiVersion}"`, 404, "NoMatch");
    return found;
  }

  async #call(call: Call): Promise<Properties> {
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

  #send({ method, path, query = {}, body }: Call): Promise<{ status: number; retryAfterSeconds: number; body: Properties }> {
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
        response.setEncoding("utf8").on("data", (chunk: string) => (answer += chunk)).on("error", reject);
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

async function unlessMissing<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof Refusal && error.status === 404) return undefined;
    throw error;
  }
}

const pathOfVersion = (apiVersion: string): string => `/${apiVersion.includes("/") ? "apis" : "api"}/${apiVersion}`;

const inNamespace = (namespace: string | undefined): string =>
  namespace === undefined ? "" : `/namespaces/${encodeURIComponent(namespace)}`;

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
