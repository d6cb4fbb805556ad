import { execa } from "execa";
import { z } from "zod";
import { type Ask, jsonOf } from "../resolve/ask.ts";
import { failed, ok, unknown, type Finding, type PreflightCheck } from "./check.ts";

const SCOPES = ["auth_keys", "devices:core"] as const;

const token = z.object({ scope: z.string() });
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
  readonly ask: Ask;
  readonly environment: NodeJS.ProcessEnv;
  readonly status: MeshStatus;
}

/** Whether this machine is in the environment's tailnet, and whether the credentials may make keys and remove devices. */
export async function checkMesh(tailnet: string, options: MeshOptions): Promise<readonly PreflightCheck[]> {
  return [
    { id: "tailnet", title: "Tailnet", ...(await tailnetFinding(tailnet, options.status)) },
    { id: "tailscale-scopes", title: "Tailscale", ...(await scopesFinding(options)) },
  ];
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

async function scopesFinding({ ask, environment }: MeshOptions): Promise<Finding> {
  const id = environment["TAILSCALE_OAUTH_CLIENT_ID"];
  const secret = environment["TAILSCALE_OAUTH_CLIENT_SECRET"];
  const make = `Make an OAuth client with the scopes ${SCOPES.join(" and ")} and set its id and secret.`;
  if (id === undefined || secret === undefined) {
    return environment["TAILSCALE_API_KEY"] === undefined
      ? failed("TAILSCALE_OAUTH_CLIENT_ID and TAILSCALE_OAUTH_CLIENT_SECRET are not set", make)
      : unknown("TAILSCALE_API_KEY has every right of its owner and expires after 90 days", make);
  }
  const url = new URL("https://api.tailscale.com/api/v2/oauth/token");
  const form = { client_id: id, client_secret: secret };
  const { scope } = await jsonOf(ask, { url, method: "POST", form }, token, { 401: make, 403: make });
  const granted = new Set(scope.split(" "));
  const lacking = SCOPES.filter((wanted) => !granted.has(wanted) && !granted.has("all"));
  return lacking.length === 0 ? ok(`may use ${scope}`) : failed(`lacks ${lacking.join(" and ")}`, make);
}
