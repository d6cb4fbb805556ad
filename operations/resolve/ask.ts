import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { reasonOf } from "../../plan/pricing/refresh/feed.ts";
import { InputError } from "../errors.ts";

export interface Request {
  readonly url: URL;
  /** @default "GET" */
  readonly method?: "GET" | "HEAD" | "POST" | "DELETE";
  readonly headers?: Readonly<Record<string, string>>;
  /** Fields of a form. */
  readonly form?: Readonly<Record<string, string>>;
}

/** How a look-up reaches the network. Resolves with whatever the host decided, be it a refusal. */
export type Ask = (request: Request) => Promise<Response>;

export interface AskOptions {
  /** @default the platform's */
  readonly fetch?: (url: URL, init: RequestInit) => Promise<Response>;
  /** @default a timer */
  readonly pause?: (milliseconds: number) => Promise<void>;
  /** What a failure has left behind, as a sentence. @default "Nothing was written." */
  readonly aftermath?: string;
}

const TIMEOUT_MS = 30_000;
/** Waits before the second, third and fourth attempt, unless the host names another. */
const BACKOFF_MS = [1_000, 2_000, 4_000] as const;
/** The longest wait that a host may ask for before the attempt counts as refused. */
const LONGEST_WAIT_MS = 60_000;

/**
 * Asks again after no answer, a 429 or a 5xx, up to four times in all.
 *
 * @throws InputError naming host, path and what became of the last attempt. Never a header: one may be a credential.
 */
export function createAsk(options: AskOptions = {}): Ask {
  const { fetch: send = fetch, pause = sleep, aftermath = "Nothing was written." } = options;
  return async ({ url, method = "GET", headers = {}, form }) => {
    const body = form === undefined ? {} : { body: new URLSearchParams(form) };
    let failure = "";
    for (const wait of [...BACKOFF_MS, undefined]) {
      let asked: number | undefined;
      try {
        const answer = await send(url, { method, headers, ...body, signal: AbortSignal.timeout(TIMEOUT_MS) });
        if (answer.status !== 429 && answer.status < 500) return answer;
        await answer.body?.cancel();
        failure = `answered ${answer.status}`;
        asked = Number(answer.headers.get("retry-after") ?? Number.NaN) * 1000;
      } catch (error) {
        failure = `can not be reached: ${reasonOf(error)}`;
      }
      const next = Number.isFinite(asked) ? asked : wait;
      if (wait === undefined || next === undefined || next > LONGEST_WAIT_MS) break;
      await pause(next);
    }
    throw new InputError(`${placeOf(url)} ${failure}. ${aftermath} Try again later, or check the network.`);
  };
}

/** Next steps by status, where there is a better one than to try again. */
export type Steps = Readonly<Record<number, string>>;

/** The answer to a request. @throws InputError for any status but 200, naming host, path, status and the next step. */
export async function answerTo(ask: Ask, request: Request, steps: Steps = {}): Promise<Response> {
  const answer = await ask(request);
  if (answer.status === 200) return answer;
  await answer.body?.cancel();
  throw refused(request.url, answer.status, steps);
}

/** What to throw for a status that was not hoped for. */
export function refused(url: URL, status: number, steps: Steps): InputError {
  const step = steps[status] ?? "Try again later.";
  return new InputError(`${placeOf(url)} answered ${status}. Nothing was written. ${step}`);
}

/** As {@link answerTo}, of JSON in a known shape. @throws InputError for another shape too. */
export async function jsonOf<T>(ask: Ask, request: Request, schema: z.ZodType<T>, steps: Steps = {}): Promise<T> {
  const answer = await answerTo(ask, request, steps);
  const parsed = schema.safeParse(await answer.json().catch(() => undefined));
  if (parsed.success) return parsed.data;
  throw new InputError(
    `${placeOf(request.url)} answered in another shape than expected. Nothing was written.\n${z.prettifyError(parsed.error)}`,
  );
}

const placeOf = ({ origin, pathname }: URL): string => `${origin}${pathname}`;
