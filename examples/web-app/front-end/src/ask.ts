import createClient from "openapi-fetch";
import type { components, paths } from "./contract.ts";

/** What has become of a question so far. */
export type Progress =
  | { readonly step: "sent" | "queued" }
  | { readonly step: "held"; readonly seconds: number }
  | { readonly step: "answered"; readonly text: string }
  | { readonly step: "failed"; readonly message: string; readonly requestId: string | undefined };

type Answer = components["schemas"]["AnswerView"];
type Reply = { readonly data?: Answer; readonly response: Response };

const POLL_SECONDS = 1;
/** Who is told to stay away for longer is better told so than kept waiting. */
const LONGEST_HOLD_SECONDS = 60;

const REFUSALS: Readonly<Record<number, string>> = {
  401: "Sign in first.",
  404: "The answer is no longer kept. Ask again.",
  413: "The question is too long.",
  422: "The service does not take this question.",
  429: "You have asked as much as you may for now.",
};

/** A request that can not be answered, as people are told. */
class Failure extends Error {
  readonly requestId: string | undefined;

  constructor(message: string, response?: Response) {
    super(message);
    this.requestId = requestIdOf(response);
  }
}

const requestIdOf = (response: Response | undefined): string | undefined =>
  response?.headers.get("x-request-id") ?? undefined;

const client = createClient<paths>({ baseUrl: location.origin });

/** Asks a question and follows it until it is answered, has failed, or the signal says that nobody waits for it. */
export async function* ask(prompt: string, signal: AbortSignal): AsyncGenerator<Progress> {
  try {
    yield { step: "sent" };
    const asked = yield* patiently(() => client.POST("/v1/answers", { body: { prompt }, signal }), signal);
    let { data } = asked;
    while (data.status === "waiting") {
      yield { step: "queued" };
      await pause(POLL_SECONDS, signal);
      const params = { path: { answer_id: data.id } };
      ({ data } = yield* patiently(() => client.GET("/v1/answers/{answer_id}", { params, signal }), signal));
    }
    // The item on the queue bears the id of the request that put it there.
    if (data.status === "failed") throw new Failure("No model could answer.", asked.response);
    yield { step: "answered", text: data.text ?? "" };
  } catch (error) {
    if (signal.aborted) return;
    if (!(error instanceof Failure)) throw error;
    yield { step: "failed", message: error.message, requestId: error.requestId };
  }
}

/** Sends a request again for as long as the service names a time for it that one can wait. @throws Failure */
async function* patiently(
  send: () => Promise<Reply>,
  signal: AbortSignal,
): AsyncGenerator<Progress, { readonly data: Answer; readonly response: Response }> {
  for (;;) {
    const { data, response } = await send().catch((error: unknown) => {
      if (!signal.aborted) console.error(error);
      throw new Failure("The service can not be reached.");
    });
    if (data !== undefined) return { data, response };
    const seconds = response.status === 429 ? retryAfterSeconds(response) : undefined;
    if (seconds === undefined || seconds > LONGEST_HOLD_SECONDS) {
      throw new Failure(REFUSALS[response.status] ?? "The service has failed.", response);
    }
    yield { step: "held", seconds };
    await pause(seconds, signal);
  }
}

/** Seconds from now, from either form of the header; undefined where there is none. */
function retryAfterSeconds({ headers }: Response): number | undefined {
  const stated = headers.get("retry-after");
  if (stated === null) return undefined;
  const seconds = /^\d+$/.test(stated) ? Number(stated) : Math.ceil((Date.parse(stated) - Date.now()) / 1000);
  return Number.isNaN(seconds) ? undefined : Math.max(1, seconds);
}

const pause = (seconds: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const timer = setTimeout(resolve, seconds * 1000);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(new Error("nobody waits any more"));
    });
  });
