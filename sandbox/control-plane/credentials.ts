import { generateKeyPairSync, randomBytes } from "node:crypto";
import { existsSync, writeFileSync } from "node:fs";
import { stringify } from "yaml";
import type { Layout } from "./layout.ts";

/** Who may talk to the API server, with the groups that RBAC knows them by. */
const USERS = {
  admin: ["system:masters"],
  // One identity for all controllers: a service account for each, as k3s has it, takes five seconds more to start and
  // changes no verdict.
  "system:kube-controller-manager": ["system:masters"],
  "system:kube-scheduler": [],
  kwok: ["system:masters"],
  kueue: ["system:masters"],
} as const satisfies Record<string, readonly string[]>;

export type ControlPlaneUser = keyof typeof USERS;
export type Tokens = Readonly<Record<ControlPlaneUser, string>>;

const users = Object.keys(USERS) as ControlPlaneUser[];

/** Writes a new token for every user where the API server reads them, for its owner's eyes only. */
export function issueTokens({ tokensFile }: Layout): Tokens {
  const tokens = Object.fromEntries(users.map((user) => [user, randomBytes(32).toString("base64url")])) as Tokens;
  const lines = users.map((user) => `${tokens[user]},${user},${user},"${USERS[user].join(",")}"\n`);
  writePrivately(tokensFile, lines.join(""));
  return tokens;
}

/** The key that signs service accounts' tokens. It stays, so that tokens outlive a restart. */
export function ensureServiceAccountKey({ serviceAccountKeyFile }: Layout): void {
  if (existsSync(serviceAccountKeyFile)) return;
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  writePrivately(serviceAccountKeyFile, privateKey.export({ type: "pkcs8", format: "pem" }).toString());
}

export interface KubeconfigArgs {
  readonly context: string;
  readonly url: string;
  readonly caFile: string;
  readonly user: ControlPlaneUser;
  readonly token: string;
}

/** Writes the file with which a client finds the API server and shows who it is. */
export function writeKubeconfig(file: string, { context, url, caFile, user, token }: KubeconfigArgs): void {
  const kubeconfig = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: context, cluster: { server: url, "certificate-authority": caFile } }],
    users: [{ name: user, user: { token } }],
    contexts: [{ name: context, context: { cluster: context, user } }],
    "current-context": context,
  };
  writePrivately(file, stringify(kubeconfig));
}

function writePrivately(file: string, content: string): void {
  writeFileSync(file, content, { mode: 0o600 });
}
