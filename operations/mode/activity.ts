import { z } from "zod";
import { InputError } from "../errors.ts";
import { type Ask, createAsk } from "../resolve/ask.ts";
import type { Activity } from "./due.ts";

const answer = z.object({
  status: z.literal("success"),
  data: z.object({
    resultType: z.literal("vector"),
    result: z.array(z.object({ value: z.tuple([z.number(), z.string()]) })),
  }),
});

/**
 * Asks an environment's Prometheus what it was asked in the last hours. A sum over a metric that nobody reports is no
 * answer, so a Prometheus that sees neither the proxy nor kube-state-metrics can not make a busy environment look idle.
 *
 * @param url Where Prometheus answers, such as `http://prometheus.dev.ts.net:9090`.
 * @throws InputError where it can not be reached, or has no such figure.
 */
export async function activityOf(
  url: string,
  hours: number,
  ask: Ask = createAsk({ aftermath: "Nothing was changed." }),
): Promise<Activity> {
  const figure = async (query: string): Promise<number> => {
    const at = new URL("/api/v1/query", url);
    at.searchParams.set("query", query);
    const response = await ask({ url: at });
    const parsed = answer.safeParse(response.ok ? await response.json().catch(() => undefined) : undefined);
    const [, text] = parsed.data?.data.result[0]?.value ?? [];
    const value = Number(text ?? Number.NaN);
    if (Number.isFinite(value)) return value;
    throw new InputError(
      `${at.host} gave no figure for ${query} (status ${response.status}); expected one number. Without it nobody can ` +
        "say that the environment is idle. Look at the targets of Prometheus, or leave --prometheus out.",
    );
  };
  const [requests, jobs] = await Promise.all([
    figure(`sum(increase(litellm_proxy_total_requests_metric_total[${hours}h]))`),
    figure("sum(kube_job_status_active)"),
  ]);
  return { requests, jobs };
}
