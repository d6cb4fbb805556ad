import { delimiter, dirname } from "node:path";
import type { Layout } from "./layout.ts";

/**
 * What an engine run may see of the user's environment. A list of what is let in, not of what is kept out: a token or
 * an endpoint of a real cloud that nobody thought of stays outside as well.
 */
const ALLOWED = [
  "HOME",
  "USER",
  "LOGNAME",
  "SHELL",
  "PATH",
  "LANG",
  "LANGUAGE",
  "TZ",
  "TMPDIR",
  "TERM",
  "COLORTERM",
  "COLUMNS",
  "LINES",
  "NO_COLOR",
  "FORCE_COLOR",
  "CI",
  "EDITOR",
  "NODE_COMPILE_CACHE",
] as const;
const ALLOWED_PREFIXES = ["LC_", "XDG_"] as const;

export interface SessionVariables {
  readonly layout: Layout;
  /** Absolute path of the Node that runs the program and the plugins. */
  readonly node: string;
  readonly twinSocket: string;
}

/** The whole environment of the engine and of all it starts: the allowed part of `user`, then the session's own. */
export function sessionEnvironment(user: NodeJS.ProcessEnv, session: SessionVariables): Record<string, string> {
  const { layout, node, twinSocket } = session;
  const inherited = Object.entries(user).filter((entry): entry is [string, string] => {
    const [name, value] = entry;
    return value !== undefined && isAllowed(name);
  });
  return {
    ...Object.fromEntries(inherited),
    PATH: [layout.bin, dirname(node), user["PATH"] ?? "/usr/bin:/bin"].join(delimiter),
    SPLITFLEET_REHEARSAL: layout.folder,
    SPLITFLEET_TWIN_SOCKET: twinSocket,
    SPLITFLEET_LOCK_FILE: layout.lockFile,
    PULUMI_HOME: layout.pulumiHome,
    PULUMI_BACKEND_URL: `file://${layout.state}`,
    PULUMI_CONFIG_PASSPHRASE_FILE: layout.passphraseFile,
    PULUMI_OPTION_CONFIG_FILE: layout.configFile,
    // `pulumi stack rm` in the shell would delete the user's environment file otherwise.
    PULUMI_OPTION_PRESERVE_CONFIG: "true",
    // Only the plugins installed in the session's PULUMI_HOME run, whatever else stands on PATH or could be downloaded.
    PULUMI_IGNORE_AMBIENT_PLUGINS: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_SUPPRESS_NEO_LINK: "true",
    PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS: "true",
  };
}

const isAllowed = (name: string): boolean =>
  ALLOWED.some((allowed) => allowed === name) || ALLOWED_PREFIXES.some((prefix) => name.startsWith(prefix));
