interface Context {
  readonly request: Request;
  readonly env: { readonly API_URL: string };
}

/**
 * A Pages Function: what the page asks of its own host name goes on to the API's as it is, so that no other origin has
 * to be let in. The gateway there says who asks, and how often they may.
 */
export function onRequest({ request, env }: Context): Promise<Response> {
  const { pathname, search } = new URL(request.url);
  return fetch(new Request(new URL(`${pathname}${search}`, env.API_URL), request), { redirect: "manual" });
}
