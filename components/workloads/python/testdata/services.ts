import { execa } from "execa";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import path from "node:path";

/** What stands in for the services that Python files call: each answers as the real one does, as far as they ask. */
export interface Services {
  readonly url: string;
  /** Objects by bucket and key. */
  readonly objects: Map<string, Buffer>;
  /** MLflow's versions of the one model, by number. */
  readonly versions: { source: string; tags: Record<string, string> }[];
  readonly aliases: Map<string, string>;
  /** Jobs that were created, beside the template `fine-tuning`. */
  readonly jobs: Map<string, unknown>;
  /** Qdrant's points by id. */
  readonly points: Map<string, { vector: number[]; payload: Record<string, unknown> }>;
  /** Figures that were reported, by name. */
  readonly figures: { name: string; value: number; labels: Record<string, string> }[];
  /** What a model answers. */
  answer: (model: string, question: string) => string;
  /** What Prometheus answers to a query: counts up to each bound. */
  histogram: (query: string) => Readonly<Record<string, number>>;
  close(): Promise<void>;
}

const REGISTRY = "/api/2.0/mlflow/";
const JOBS = "/apis/batch/v1/namespaces/team-research/jobs";

/** The job that the tuning workload has, as the API server gives it. */
const TEMPLATE = {
  metadata: { name: "fine-tuning", labels: { "kueue.x-k8s.io/queue-name": "runs" } },
  spec: {
    activeDeadlineSeconds: 43_200,
    backoffLimit: 20,
    podFailurePolicy: { rules: [] },
    suspend: false,
    template: { metadata: { labels: { app: "fine-tuning", "job-name": "fine-tuning" } }, spec: { containers: [] } },
  },
};

/** Starts them on a free port of the loopback. */
export async function startServices(): Promise<Services> {
  const services: Omit<Services, "url" | "close"> = {
    objects: new Map(),
    versions: [],
    aliases: new Map(),
    jobs: new Map(),
    points: new Map(),
    figures: [],
    answer: () => "",
    histogram: () => ({}),
  };
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      route(services, request, response, body);
    });
  });
  const url = await listening(server);
  return Object.assign(services, { url, close: () => closed(server) });
}

const listening = (server: Server): Promise<string> =>
  new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve(`http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`);
    });
  });

const closed = (server: Server): Promise<void> =>
  new Promise((resolve, reject) => {
    server.closeAllConnections();
    server.close((error) => {
      if (error === undefined) resolve();
      else reject(error);
    });
  });

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

type State = Omit<Services, "url" | "close">;

function route(state: State, request: IncomingMessage, response: ServerResponse, body: Buffer): void {
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://services");
  const answer = (status: number, content: unknown): void => {
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(content));
  };
  const method = request.method ?? "GET";
  if (pathname.startsWith(REGISTRY)) {
    registry(state, `${method} ${pathname.slice(REGISTRY.length)}`, fieldsOf(body, searchParams), answer);
  } else if (pathname.startsWith(JOBS)) {
    jobs(state, method, body, answer);
  } else if (pathname === "/v1/chat/completions") {
    const { model, messages } = JSON.parse(body.toString());
    answer(200, { choices: [{ message: { content: state.answer(model, messages.at(-1).content) } }] });
  } else if (pathname === "/v1/embeddings") {
    const { input }: { input: string[] } = JSON.parse(body.toString());
    answer(200, { data: input.map((text, index) => ({ index, embedding: [text.length, 1] })) });
  } else if (pathname === "/v1/convert/file") {
    const file = /octet-stream\r\n\r\n([^]*?)\r\n--/.exec(body.toString())?.[1] ?? "";
    if (file === "unreadable") answer(422, { detail: "no document" });
    else answer(200, { document: { md_content: file } });
  } else if (pathname.startsWith("/collections/")) {
    vectors(state, pathname, body);
    answer(200, { status: "ok" });
  } else if (pathname === "/api/v1/query") {
    const counts = Object.entries(state.histogram(searchParams.get("query") ?? ""));
    const result = counts.map(([le, count]) => ({ metric: { le }, value: [0, String(count)] }));
    answer(200, { status: "success", data: { resultType: "vector", result } });
  } else if (pathname === "/api/v1/otlp/v1/metrics") {
    state.figures.push(...figuresIn(body));
    answer(200, {});
  } else {
    objects(state, method, decodeURIComponent(pathname.slice(1)), searchParams, body, response);
  }
}

const fieldsOf = (body: Buffer, query: URLSearchParams): Record<string, string> =>
  body.length > 0 ? JSON.parse(body.toString()) : Object.fromEntries(query);

function figuresIn(body: Buffer): Services["figures"] {
  const { resourceMetrics } = JSON.parse(body.toString());
  return resourceMetrics[0].scopeMetrics[0].metrics.map(
    (metric: {
      name: string;
      gauge: { dataPoints: [{ asDouble: number; attributes: { key: string; value: { stringValue: string } }[] }] };
    }) => {
      const [{ asDouble, attributes }] = metric.gauge.dataPoints;
      const labels = Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue]));
      return { name: metric.name, value: asDouble, labels };
    },
  );
}

type Answer = (status: number, content: unknown) => void;

function registry(state: State, call: string, fields: Record<string, string>, answer: Answer): void {
  const { alias = "", version = "", source = "", key = "", value = "" } = fields;
  const found = state.versions[Number(state.aliases.get(alias) ?? version) - 1];
  switch (call) {
    case "POST registered-models/create":
      answer(200, {});
      break;
    case "POST model-versions/create": {
      const tags: { key: string; value: string }[] = JSON.parse(JSON.stringify(fields["tags"] ?? []));
      state.versions.push({ source, tags: Object.fromEntries(tags.map((tag) => [tag.key, tag.value])) });
      answer(200, { model_version: { version: String(state.versions.length) } });
      break;
    }
    case "GET registered-models/alias":
      if (!state.aliases.has(alias) || found === undefined) {
        answer(404, { error_code: "RESOURCE_DOES_NOT_EXIST" });
      } else {
        const tags = Object.entries(found.tags).map(([key, value]) => ({ key, value }));
        answer(200, { model_version: { version: state.aliases.get(alias), source: found.source, tags } });
      }
      break;
    case "POST registered-models/alias":
      state.aliases.set(alias, version);
      answer(200, {});
      break;
    case "DELETE registered-models/alias":
      state.aliases.delete(alias);
      answer(200, {});
      break;
    case "POST model-versions/set-tag":
      if (found !== undefined) found.tags[key] = value;
      answer(200, {});
      break;
    default:
      answer(501, { error_code: call });
  }
}

function jobs({ jobs: created }: State, method: string, body: Buffer, answer: Answer): void {
  if (method === "GET") {
    answer(200, TEMPLATE);
    return;
  }
  const job = JSON.parse(body.toString());
  if (created.has(job.metadata.name)) {
    answer(409, { reason: "AlreadyExists" });
  } else {
    created.set(job.metadata.name, job);
    answer(201, job);
  }
}

function vectors({ points }: State, pathname: string, body: Buffer): void {
  const fields = JSON.parse(body.toString());
  if (pathname.endsWith("/points")) {
    for (const { id, vector, payload } of fields.points) points.set(id, { vector, payload });
  } else if (pathname.endsWith("/points/delete")) {
    const [{ match }, { range }] = fields.filter.must;
    for (const [id, { payload }] of points) {
      if (payload["document"] === match.value && Number(payload["number"]) >= range.gte) points.delete(id);
    }
  }
}

function objects(
  { objects: stored }: State,
  method: string,
  name: string,
  query: URLSearchParams,
  body: Buffer,
  response: ServerResponse,
): void {
  if (query.has("list-type")) {
    const prefix = `${name}${query.get("prefix") ?? ""}`;
    const keys = [...stored.keys()].filter((key) => key.startsWith(prefix)).sort();
    const contents = keys.map((key) => `<Contents><Key>${key.slice(name.length)}</Key></Contents>`).join("");
    response.writeHead(200).end(`<ListBucketResult>${contents}<IsTruncated>false</IsTruncated></ListBucketResult>`);
    return;
  }
  const found = stored.get(name);
  if (method === "PUT") stored.set(name, body);
  if (method === "DELETE") stored.delete(name);
  if (method === "GET" && found === undefined) response.writeHead(404).end();
  else response.writeHead(method === "DELETE" ? 204 : 200).end(method === "GET" ? found : undefined);
}

const KINDS = path.join(import.meta.dirname, "../..");

/** Settings of the environment with which Python files reach the services. */
export const environmentOf = ({ url }: Services, settings: object): Record<string, string> => ({
  PYTHONPATH: ["python", "fine-tuning", "evaluation", "drift-detector", "ingestion", "python/testdata"]
    .map((folder) => path.join(KINDS, folder))
    .join(":"),
  PYTHONDONTWRITEBYTECODE: "1",
  AWS_ENDPOINT_URL: url,
  AWS_ACCESS_KEY_ID: "access",
  AWS_SECRET_ACCESS_KEY: "secret",
  MLFLOW_TRACKING_URI: url,
  MLFLOW_TRACKING_USERNAME: "admin",
  MLFLOW_TRACKING_PASSWORD: "password",
  PROMETHEUS_URL: url,
  PROXY_URL: url,
  PROXY_KEY: "key",
  API_URL: url,
  CONVERTER_URL: url,
  VECTORS_URL: url,
  VECTORS_KEY: "key",
  RETRY_SECONDS: "0",
  WORKLOAD: "trial",
  TEAM: "research",
  SETTINGS: JSON.stringify(settings),
});

/** Runs a Python file of the kinds with the Python of this machine. */
export const python = (file: string, services: Services, settings: object, more: Record<string, string> = {}) =>
  execa("python3", [path.join(KINDS, file)], {
    env: { ...environmentOf(services, settings), ...more },
    reject: false,
    all: true,
  });
