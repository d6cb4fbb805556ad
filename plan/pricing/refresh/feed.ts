/** A price API that did not answer, or answered something else. Nothing was written. */
export class FeedError extends Error {
  override readonly name = "FeedError";
}

const PATIENCE_MS = 120_000;

/**
 * Asks a price API.
 *
 * @throws {FeedError} if there is no answer, or none of status 200. The message holds the address, never a header.
 */
export async function ask(url: URL, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  const answer = await fetch(url, { headers, signal: AbortSignal.timeout(PATIENCE_MS) }).catch((error: unknown) => {
    throw new FeedError(`${url.origin}${url.pathname} can not be reached: ${reasonOf(error)}`, { cause: error });
  });
  if (answer.status !== 200) {
    await answer.body?.cancel();
    const hint = answer.status === 401 || answer.status === 403 ? "; check the token" : "";
    throw new FeedError(`${url.origin}${url.pathname} answered ${answer.status}${hint}.`);
  }
  return answer;
}

/** @throws {FeedError} as {@link ask}, or if the answer is no JSON. */
export async function askJson(url: URL, headers: Readonly<Record<string, string>> = {}): Promise<unknown> {
  const answer = await ask(url, headers);
  try {
    return await answer.json();
  } catch (error) {
    throw new FeedError(`${url.origin}${url.pathname} answered no JSON: ${reasonOf(error)}`, { cause: error });
  }
}

/** The network's reason stands one level below what `fetch` says. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
