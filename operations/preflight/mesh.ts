import { execa } from "execa";
import { z } from "zod";
import type { Value } from "../../policies/row.ts";
import { parseHujson } from "../../policies/security/hujson.ts";
import { comparePolicies } from "../mesh-policy/compare.ts";
import { type Ask, jsonOf } from "../resolve/ask.ts";
import { failed, ok, unknown, type Finding, type PreflightCheck } from "./check.ts";

const SCOPES = ["auth_keys", "devices:core"] as const;

/** Any of them lets a client read the policy file (https://tailscale.com/kb/1623/trust-credentials). */
const POLICY_SCOPES = ["policy_file:read", "policy_file", "all:read", "all"];

const token = z.object({ access_token: z.string().optional(), scope: z.string() });
const policyFile: z.ZodType<Value> = z.json();
const status = z.object({
  BackendState: z.string(),
  CurrentTailnet: z.object({ MagicDNSSuffix: z.string() }).nullish(),
});

/** What `tailscale status --json` prints; undefined where the program is not installed. */
export type MeshStatus = () => Promise<unknown>;

/** @param program What to run. @default "tailscale" */
export const meshStatus = (program = "tailscale"): MeshStatus => {
  return async () => {
    const { code, stdout } = await execa(program, ["status", "--json"], { stdin: "ignore", reject: false });
    if (code === "ENOENT") return undefined;
    // Without its daemon the program prints words in place of JSON.
    return stdout.startsWith("{") ? JSON.parse(stdout) : { BackendState: "NoState" };
  };
};

export interface MeshOptions {
  /** Of the environment. */
  readonly name: string;
  readonly ask: Ask;
  readonly environment: NodeJS.ProcessEnv;
  readonly status: MeshStatus;
  /** What the tailnet's policy must have for the environment, in JSON. */
  readonly policy: string;
}

/**
 * Whether this machine is in the environment's tailnet, whether the credentials may make keys and remove devices, and whether
 * the tailnet's policy has what the environment needs.
 */
export async function checkMesh(tailnet: string, options: MeshOptions): Promise<readonly PreflightCheck[]> {
  const access = await accessOf(options);
  const checks = [
    { id: "tailnet", title: "Tailnet", ...(await tailnetFinding(tailnet, options.status)) },
    { id: "tailscale-scopes", title: "Tailscale", ...access.finding },
  ];
  if (access.token === undefined) return checks;
  return [...checks, { id: "tailnet-policy", title: "Mesh policy", ...(await policyFinding(access, options)) }];
}

async function tailnetFinding(tailnet: string, ask: MeshStatus): Promise<Finding> {
  const answer = await ask();
  const join = `Install Tailscale and join ${tailnet} with \`tailscale up\`.`;
  if (answer === undefined) return failed("tailscale is not installed, so no node can be reached", join);
  const { BackendState: state, CurrentTailnet: current } = status.parse(answer);
  if (state !== "Running") return failed(`this machine is not in the mesh (${state})`, join);
  const suffix = current?.MagicDNSSuffix ?? "a tailnet without names";
  if (suffix === tailnet) return ok(`this machine is in ${tailnet}`);
  return failed(
    `this machine is in ${suffix}, the environment is in ${tailnet}`,
    `Run \`tailscale switch ${tailnet}\`.`,
  );
}

/** What the credentials are good for, and a token of theirs. */
interface Access {
  readonly finding: Finding;
  /** Undefined where there is none. */
  readonly token?: string | undefined;
  readonly mayReadPolicy?: boolean;
}

async function accessOf({ ask, environment }: MeshOptions): Promise<Access> {
  const id = environment["TAILSCALE_OAUTH_CLIENT_ID"];
  const secret = environment["TAILSCALE_OAUTH_CLIENT_SECRET"];
  const make = `Make an OAuth client with the scopes ${SCOPES.join(" and ")} and set its id and secret.`;
  if (id === undefined || secret === undefined) {
    const key = environment["TAILSCALE_API_KEY"];
    return key === undefined
      ? { finding: failed("TAILSCALE_OAUTH_CLIENT_ID and TAILSCALE_OAUTH_CLIENT_SECRET are not set", make) }
      : {
          finding: unknown("TAILSCALE_API_KEY has every right of its owner and expires after 90 days", make),
          token: key,
          mayReadPolicy: true,
        };
  }
  const url = new URL("https://api.tailscale.com/api/v2/oauth/token");
  const form = { client_id: id, client_secret: secret };
  const { scope, access_token } = await jsonOf(ask, { url, method: "POST", form }, token, { 401: make, 403: make });
  const granted = new Set(scope.split(" "));
  const lacking = SCOPES.filter((wanted) => !granted.has(wanted) && !granted.has("all"));
  return {
    finding: lacking.length === 0 ? ok(`may use ${scope}`) : failed(`lacks ${lacking.join(" and ")}`, make),
    token: access_token,
    mayReadPolicy: POLICY_SCOPES.some((sufficient) => granted.has(sufficient)),
  };
}

async function policyFinding(
  { token: key, mayReadPolicy }: Access,
  { name, ask, policy }: MeshOptions,
): Promise<Finding> {
  const put = `Run \`npm run mesh-policy -- ${name} --up\`; docs/mesh.md says more.`;
  const widen = `Give the OAuth client the scope ${POLICY_SCOPES[0]}.`;
  if (mayReadPolicy !== true) return unknown("nobody may read the policy", widen);
  const url = new URL("https://api.tailscale.com/api/v2/tailnet/-/acl");
  const headers = { authorization: `Bearer ${key}`, accept: "application/json" };
  const found = await jsonOf(ask, { url, headers }, policyFile, { 403: widen });
  const missing = comparePolicies(parseHujson(policy), found).filter(({ only }) => only === "derived");
  if (missing.length === 0) return ok("lets the environment's nodes reach each other");
  const sections = [...new Set(missing.map(({ section }) => section))];
  return failed(`lacks what the environment needs in ${sections.join(", ")}`, put);
}
