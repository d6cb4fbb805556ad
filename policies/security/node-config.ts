import { parse, stringify } from "yaml";
import { exampleRow, marked } from "../example.ts";
import type { Fault } from "../resource-rule.ts";
import { UNKNOWN, type Row, type Value } from "../row.ts";
import { asList, asObject, asText } from "../values.ts";
import { layersOf, SERVER, USER_DATA } from "./user-data.ts";

/** What a node is configured with over the mesh: its files by path. */
export const CONFIGURATION = "splitfleet:compute:NodeConfiguration";

/** What a node is configured with, by cloud-init or over the mesh. */
export interface NodeConfig {
  /** Where it stands in the resource. */
  readonly path: string;
  /** What cloud-init is told; undefined for what comes over the mesh. */
  readonly cloud: { readonly [key: string]: Value } | undefined;
  /** Content of files by path. */
  readonly files: ReadonlyMap<string, string>;
  /** k3s's configuration file; undefined on a node outside the cluster. */
  readonly k3s: { readonly [key: string]: Value } | undefined;
  readonly k3sRole: "server" | "agent" | undefined;
}

const K3S_FILE = "/etc/rancher/k3s/config.yaml";

/** The same text is judged by several rules. */
const known = new WeakMap<Row, NodeConfig | typeof UNKNOWN | undefined>();

/** Where a bundle that comes with user data keeps what it is going to put into its place. */
const PACKED = /^\/var\/lib\/splitfleet\/node\/releases\/[0-9a-f]+\/files(?=\/)/;

/** What a resource configures a node with; undefined if there is no user data or it is no cloud-config. */
export function nodeConfigOf(row: Row): NodeConfig | typeof UNKNOWN | undefined {
  if (!known.has(row)) known.set(row, read(row));
  return known.get(row);
}

function read(row: Row): NodeConfig | typeof UNKNOWN | undefined {
  if (row.type === CONFIGURATION) {
    const { files } = row.inputs;
    return files === UNKNOWN ? UNKNOWN : configOf("files", undefined, Object.entries(asObject(files) ?? {}));
  }
  for (const path of USER_DATA[row.type] ?? []) {
    const value = row.inputs[path];
    if (value === UNKNOWN) return UNKNOWN;
    const text = layersOf(asText(value) ?? "")[0]?.text ?? "";
    if (!text.startsWith("#cloud-config")) continue;
    const cloud = asObject(parsed(text)) ?? {};
    const written = asList(cloud["write_files"]).map((file) => asObject(file) ?? {});
    return configOf(
      path,
      cloud,
      written.map((file) => [(asText(file["path"]) ?? "").replace(PACKED, ""), file["content"] ?? null]),
    );
  }
  return undefined;
}

function configOf(
  path: string,
  cloud: NodeConfig["cloud"],
  entries: readonly (readonly [string, Value])[],
): NodeConfig {
  const files = new Map(entries.map(([name, content]) => [name, asText(content) ?? ""]));
  const text = files.get(K3S_FILE);
  const k3s = text === undefined ? undefined : (asObject(parsed(text)) ?? {});
  const isServer = [...files.values()].some((content) => /^ExecStart=\S*k3s server\b/m.test(content));
  return { path, cloud, files, k3s, k3sRole: k3s === undefined ? undefined : isServer ? "server" : "agent" };
}

function parsed(text: string): Value {
  try {
    const value: Value = parse(text);
    return value;
  } catch {
    return null; // The node would not come up with it; rules find that nothing is set.
  }
}

/**
 * Judges the k3s configuration of one role. The pack's preview can not see user data that holds a key which does not
 * exist yet; such rules ignore unknown values, because plan and `up` both see it.
 */
export function* ofNode(
  row: Row,
  role: "server" | "any",
  judge: (k3s: NonNullable<NodeConfig["k3s"]>) => Iterable<Omit<Fault, "path">>,
): Iterable<Fault> {
  const node = nodeConfigOf(row);
  if (node === UNKNOWN) {
    yield {
      path: row.type === CONFIGURATION ? "files" : "userData",
      message: `What configures ${row.name} is decided only by \`up\`.`,
      value: UNKNOWN,
      limit: "a hardened k3s",
    };
  } else if (node?.k3s !== undefined && (role === "any" || node.k3sRole === role)) {
    for (const fault of judge(node.k3s)) yield { path: node.path, ...fault };
  }
}

/** Types of resources that configure nodes: user data, and what comes over the mesh. */
export const NODE_TYPES = [...Object.keys(USER_DATA), CONFIGURATION];

/** Settings of the API server, such as `audit-log-path`, from k3s's list of `name=value`. */
export function apiServerArguments(k3s: { readonly [key: string]: Value }): ReadonlyMap<string, string> {
  const pairs = asList(k3s["kube-apiserver-arg"]).flatMap((argument) => asText(argument) ?? []);
  return new Map(pairs.map((pair) => [pair.split("=")[0] ?? "", pair.slice(pair.indexOf("=") + 1)]));
}

/** k3s's configuration of a server that no rule finds fault with. */
export const K3S_EXAMPLE = `token-file: /etc/splitfleet/k3s-token
protect-kernel-defaults: true
secrets-encryption: true
write-kubeconfig-mode: "0600"
kube-apiserver-arg:
  - enable-admission-plugins=NodeRestriction,EventRateLimit
  - audit-log-path=/var/lib/rancher/k3s/server/logs/audit.log
  - audit-policy-file=/etc/rancher/k3s/audit.yaml
  - service-account-extend-token-expiration=false
`;

/** A server with that configuration in its user data, changed by replacing one text by another. */
export function nodeExample(from = "", to = "", role = "server"): Row {
  const written = Object.entries(exampleFiles(from, to, role)).map(([path, content]) => ({ path, content }));
  const userData = `#cloud-config\n${stringify({ ssh_pwauth: false, disable_root: true, write_files: written })}`;
  return exampleRow(SERVER, "server-1", { userData, backups: true });
}

const exampleFiles = (from: string, to: string, role: string): Record<string, string> => ({
  [K3S_FILE]: K3S_EXAMPLE.replace(from, to),
  "/etc/systemd/system/k3s.service": `[Service]\nExecStart=/usr/local/bin/k3s ${role}\n`,
});

/** The example with its user data marked secret, as the fleet's is. */
export const secretNodeExample = (from: string, to: string): Row => marked(nodeExample(from, to), "userData");

/** The same configuration, brought over the mesh. */
export const configurationExample = (from = "", to = "", role = "server"): Row =>
  exampleRow(
    CONFIGURATION,
    "server-1-configuration",
    { hash: "0123456789abcdef", files: exampleFiles(from, to, role) },
    { custom: false, parent: NODE },
  );

/** What the server of {@link serverExample} and its configuration belong to. */
const NODE = exampleRow("splitfleet:compute:HetznerNode", "server-1", {}).urn;

/** A server that is configured over the mesh. */
export const serverExample = (): Row =>
  exampleRow(SERVER, "server-1", { userData: "#cloud-config\nssh_pwauth: false\n", backups: true }, { parent: NODE });
