import { isObject, type Properties } from "../../protocol/values.ts";
import { Connection, Refusal } from "./connection.ts";
import { referenceOf, type Reference } from "./manifest.ts";

/** Who owns the fields that the program's resources have. */
export const FIELD_MANAGER = "splitfleet";

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
  /** Who owns the fields. @default the program, as the provider names it */
  readonly manager?: string;
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
  readonly #connection: Connection;
  readonly #resources = new Map<string, ReadonlyMap<string, Resource>>();

  private constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Reads the credentials; asks nothing yet. @param context Of the file. @default its current one */
  static async fromKubeconfig(file: string, context?: string): Promise<ApiServer> {
    return new ApiServer(await Connection.fromKubeconfig(file, context));
  }

  /** Server-side apply. Returns the object as the server has, or with `dryRun` would have, it. */
  async apply(manifest: Properties, options: ApplyOptions = {}): Promise<Properties> {
    const { dryRun = false, force = false, manager = FIELD_MANAGER } = options;
    const query = {
      fieldManager: manager,
      // An unknown field would be dropped without a word; a rehearsal is there to find it.
      fieldValidation: "Strict",
      ...(dryRun ? { dryRun: "All" } : {}),
      ...(force ? { force: "true" } : {}),
    };
    const path = await this.#pathOf(referenceOf(manifest));
    return this.#connection.call({ method: "PATCH", path, query, body: manifest });
  }

  /** Undefined where there is no such object, or no such kind. */
  async get(reference: Reference): Promise<Properties | undefined> {
    return unlessMissing(async () => this.#connection.call({ method: "GET", path: await this.#pathOf(reference) }));
  }

  async list(query: Query): Promise<Properties[]> {
    const { name } = await this.#resource(query);
    const path = `${pathOfVersion(query.apiVersion)}${inNamespace(query.namespace)}/${name}`;
    const { items } = await this.#connection.call({ method: "GET", path, query: query.selectors ?? {} });
    return Array.isArray(items) ? items.filter(isObject) : [];
  }

  /** Asks for the deletion; the object stays as long as something holds it. False where there was none. */
  async delete(reference: Reference, propagationPolicy: string): Promise<boolean> {
    const body = { apiVersion: "v1", kind: "DeleteOptions", propagationPolicy };
    const answer = await unlessMissing(async () =>
      this.#connection.call({ method: "DELETE", path: await this.#pathOf(reference), body }),
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
    const listed = await unlessMissing(() => this.#connection.call({ method: "GET", path: pathOfVersion(apiVersion) }));
    const resources = Array.isArray(listed?.["resources"]) ? listed["resources"].filter(isObject) : [];
    const byKind = new Map<string, Resource>();
    for (const { kind: of, name, namespaced } of resources) {
      const isSubresource = String(name).includes("/");
      if (!isSubresource) byKind.set(String(of), { name: String(name), namespaced: namespaced === true });
    }
    this.#resources.set(apiVersion, byKind);
    const found = byKind.get(kind);
    if (found !== undefined) return found;
    throw new Refusal(`no matches for kind "${kind}" in version "${apiVersion}"`, 404, "NoMatch");
  }
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
