import { readFile } from "node:fs/promises";
import { request } from "node:https";

/** A question that is not answered in this time counts as a no. */
const TIMEOUT_MS = 2_000;

/** Whether a server on loopback answers a GET with 200. False while it does not listen or has no certificate yet. */
export async function answers(url: string, { caFile, token }: { caFile: string; token?: string }): Promise<boolean> {
  const ca = await readFile(caFile).catch(() => undefined);
  if (ca === undefined) return false;
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const asked = request(url, { ca, headers, agent: false, signal: AbortSignal.timeout(TIMEOUT_MS) }).end();
  return new Promise((resolve) => {
    const no = (): void => resolve(false);
    asked.on("error", no);
    asked.once("response", (response) => {
      response
        .on("error", no)
        .once("end", () => resolve(response.statusCode === 200))
        .resume();
    });
  });
}
