import { expect, it } from "vitest";
import { activityOf } from "./activity.ts";

const URL_OF = "http://prometheus.dev.ts.net:9090";

/** Prometheus as its API answers instant queries. */
const prometheus = (figures: Readonly<Record<string, string>>, asked: string[] = []) => {
  return async ({ url }: { readonly url: URL }): Promise<Response> => {
    const query = url.searchParams.get("query") ?? "";
    asked.push(query);
    const figure = Object.entries(figures).find(([name]) => query.includes(name))?.[1];
    const result = figure === undefined ? [] : [{ metric: {}, value: [1_700_000_000, figure] }];
    return Response.json({ status: "success", data: { resultType: "vector", result } });
  };
};

it("asks for requests of the hours and for jobs of now", async () => {
  const asked: string[] = [];
  const figures = { litellm_proxy_total_requests: "12.5", kube_job_status_active: "2" };
  expect(await activityOf(URL_OF, 8, prometheus(figures, asked))).toEqual({ requests: 12.5, jobs: 2 });
  expect(asked).toEqual([
    "sum(increase(litellm_proxy_total_requests_metric_total[8h]))",
    "sum(kube_job_status_active)",
  ]);
});

it.each([
  { what: "a metric that nobody reports", ask: prometheus({ kube_job_status_active: "0" }) },
  { what: "a figure that is none", ask: prometheus({ litellm: "NaN", kube_job: "0" }) },
  { what: "a refusal", ask: async () => new Response("no", { status: 403 }) },
  { what: "another answer", ask: async () => new Response("<html>") },
])("never takes $what for idleness", async ({ ask }) => {
  await expect(activityOf(URL_OF, 8, ask)).rejects.toThrow("prometheus.dev.ts.net:9090 gave no figure for ");
});
