import { z } from "zod";
import type { EnvironmentLock } from "../../stacks/spec/lock.ts";
import type { EnvironmentSpec } from "../../stacks/spec/environment.ts";
import { entryOf, ofKind } from "../../stacks/spec/of-kind.ts";
import type { AwsCli } from "../resolve/aws-cli.ts";
import { failed, ok, unknown, type Finding, type PreflightCheck } from "./check.ts";

/**
 * Quotas on the vCPUs of running spot instances, by the letters that a type begins with
 * (docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-spot-limits.html; codes as Service Quotas lists them for `ec2`).
 * A new account has 0 for all of these.
 */
const SPOT_QUOTAS: readonly { readonly types: RegExp; readonly code: string; readonly name: string }[] = [
  { types: /^p5/, code: "L-C4BD4855", name: "All P5 Spot Instance Requests" },
  { types: /^p[234]/, code: "L-7212CCBC", name: "All P4, P3 and P2 Spot Instance Requests" },
  { types: /^(g|vt)\d/, code: "L-3819A6DF", name: "All G and VT Spot Instance Requests" },
];

const quota = z.object({ Quota: z.object({ Value: z.number() }) });

/** Whether each burst pool at its largest stays within the account's quotas, in its own region. */
export async function checkAws(
  spec: EnvironmentSpec,
  lock: EnvironmentLock,
  aws: AwsCli,
): Promise<readonly PreflightCheck[]> {
  const checks: PreflightCheck[] = [];
  for (const [name, pool] of Object.entries(ofKind(spec.pools, "aws"))) {
    const { region } = entryOf("sites", ofKind(spec.sites, "aws"), pool.site);
    const { instanceTypes } = entryOf("the lock's pools", ofKind(lock.pools, "aws"), name);
    const codes = new Map<string, number>();
    for (const { type, vcpu } of instanceTypes) {
      const code = SPOT_QUOTAS.find(({ types }) => types.test(type))?.code;
      if (code !== undefined) codes.set(code, Math.max(codes.get(code) ?? 0, vcpu * pool.maximum));
    }
    for (const [code, wanted] of codes) {
      const finding = await quotaFinding(aws, { region, code, wanted });
      checks.push({ id: `aws-quota/${name}/${code}`, title: name, ...finding });
    }
  }
  return checks;
}

interface Wanted {
  readonly region: string;
  readonly code: string;
  readonly wanted: number;
}

async function quotaFinding(aws: AwsCli, { region, code, wanted }: Wanted): Promise<Finding> {
  const name = SPOT_QUOTAS.find((each) => each.code === code)?.name ?? code;
  const service = ["--service-code", "ec2", "--quota-code", code, "--region", region];
  const answer = await aws(["service-quotas", "get-service-quota", ...service]);
  if ("unavailable" in answer) return unknown(answer.unavailable, "Sign in to AWS and run again.");
  const { Value: allowed } = quota.parse(answer.value).Quota;
  const found = `${name} in ${region}: ${allowed} vCPUs, ${wanted} wanted`;
  if (allowed >= wanted) return ok(found);
  const request = ["aws", "service-quotas", "request-service-quota-increase", ...service, "--desired-value", wanted];
  return failed(found, `Ask for more, which takes AWS days: \`${request.join(" ")}\`.`);
}
