/** A release that a node downloads, by version and checksum. */
export interface Binary {
  readonly version: string;
  readonly sha256: { readonly amd64: string; readonly arm64?: string | undefined };
}

export type Architecture = "amd64" | "arm64";

/** First lines of every script that a node runs. `$ROOT` is empty on a node, and another root folder in a test. */
export const HEADER = "#!/bin/sh\nset -eu\nroot=${ROOT:-}\n";

/** Folder of a node in which releases of its bundle are, and what it has installed. */
export const NODE_ROOT = "/var/lib/splitfleet/node";

/** Checksum for the node's architecture. @throws Error if the lock has none, naming the release. */
export function sumOf(tool: string, binary: Binary, architecture: Architecture): string {
  const sum = binary.sha256[architecture];
  if (sum === undefined)
    throw new Error(`binaries.${tool}.sha256.${architecture} is not in the lock; run \`npm run resolve\``);
  return sum;
}

/** Lines that download a file and stop if its checksum is another. */
export const fetchChecked = (url: string, file: string, sha256: string): string =>
  `curl --fail --silent --show-error --location --retry 5 --output ${file} ${url}\necho "${sha256}  ${file}" | sha256sum --check --quiet -\n`;

/** A script that downloads a release into a folder of its own, checks it, puts it into its place and notes the version. */
function script(tool: string, { version }: Binary, file: string, url: string, sum: string, place: string): string {
  return `${HEADER}work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
${fetchChecked(url, file, sum)}${place}mkdir -p "$root${NODE_ROOT}/installed"
echo "${version}" > "$root${NODE_ROOT}/installed/${tool}"
`;
}

/** A release as a node installs it: over the one that is there, and at the first time. */
export interface Installation {
  readonly version: string;
  /** Unit that runs it and is started anew after another release is in its place. */
  readonly unit: string;
  /** What the script replaces. */
  readonly paths: readonly string[];
  readonly script: string;
}

type Installer = (binary: Binary, architecture: Architecture) => Installation;

export const installTailscale: Installer = (binary, architecture) => {
  const archive = `tailscale_${binary.version}_${architecture}`;
  const url = `https://pkgs.tailscale.com/stable/${archive}.tgz`;
  const place = `tar --extract --gzip --file tailscale.tgz
install -D -m 0755 -t "$root/usr/local/sbin" ${archive}/tailscale ${archive}/tailscaled
install -D -m 0644 -t "$root/etc/systemd/system" ${archive}/systemd/tailscaled.service
sed -i 's#/usr/sbin/tailscaled#/usr/local/sbin/tailscaled#' "$root/etc/systemd/system/tailscaled.service"
install -D -m 0644 ${archive}/systemd/tailscaled.defaults "$root/etc/default/tailscaled"
`;
  return {
    version: binary.version,
    unit: "tailscaled.service",
    paths: ["/usr/local/sbin/tailscale", "/usr/local/sbin/tailscaled", "/etc/systemd/system/tailscaled.service"],
    script: script("tailscale", binary, "tailscale.tgz", url, sumOf("tailscale", binary, architecture), place),
  };
};

export const installK3s: Installer = (binary, architecture) => {
  const asset = architecture === "amd64" ? "k3s" : "k3s-arm64";
  const url = `https://github.com/k3s-io/k3s/releases/download/${encodeURIComponent(binary.version)}/${asset}`;
  const place = 'install -D -m 0755 k3s "$root/usr/local/bin/k3s"\n';
  return {
    version: binary.version,
    unit: "k3s.service",
    paths: ["/usr/local/bin/k3s"],
    script: script("k3s", binary, "k3s", url, sumOf("k3s", binary, architecture), place),
  };
};

export const installVault: Installer = (binary, architecture) => {
  const archive = `vault_${binary.version}_linux_${architecture}.zip`;
  const url = `https://releases.hashicorp.com/vault/${binary.version}/${archive}`;
  const place = `python3 -m zipfile --extract vault.zip .\ninstall -D -m 0755 vault "$root/usr/local/bin/vault"\n`;
  return {
    version: binary.version,
    unit: "vault.service",
    paths: ["/usr/local/bin/vault"],
    script: script("vault", binary, "vault.zip", url, sumOf("vault", binary, architecture), place),
  };
};

/**
 * Installs Coolify by its own installer of the pinned release. It brings Docker, its own proxy on ports 80 and 443, and
 * does not update itself; the database that it migrates knows no way back.
 */
export const installCoolify: Installer = (binary, architecture) => {
  const url = `https://raw.githubusercontent.com/coollabsio/coolify/${encodeURIComponent(binary.version)}/scripts/install.sh`;
  const place = `AUTOUPDATE=false bash coolify.sh ${binary.version.replace(/^v/, "")}\n`;
  return {
    version: binary.version,
    unit: "docker.service",
    paths: [],
    script: script("coolify", binary, "coolify.sh", url, sumOf("coolify", binary, architecture), place),
  };
};

export interface JoinMeshArgs {
  /** Undefined where the cloud names the node. */
  readonly hostname: string | undefined;
  readonly join: { readonly key: string } | { readonly federatedClientId: string; readonly tag: string };
  readonly advertiseRoutes: readonly string[];
  readonly acceptRoutes: boolean;
}

/** Joins the mesh. The key is read from its file, which is gone afterwards; it never stands in an argument. */
export function joinMesh({ hostname, join, advertiseRoutes, acceptRoutes }: JoinMeshArgs): string {
  const flags = [
    ...(hostname === undefined ? [] : [`--hostname=${hostname}`]),
    "--ssh",
    "--accept-dns=true",
    `--accept-routes=${acceptRoutes}`,
    ...(advertiseRoutes.length === 0
      ? []
      : [`--advertise-routes=${advertiseRoutes.join(",")}`, "--snat-subnet-routes=false"]),
  ].join(" ");
  const up =
    "key" in join
      ? `tailscale up --auth-key=file:/etc/splitfleet/mesh-key ${flags}\nrm --force /etc/splitfleet/mesh-key\n`
      : [
          "aws sts get-web-identity-token --audience api.tailscale.com --signing-algorithm ES384 --duration-seconds 300 \\",
          "  --query WebIdentityToken --output text | install -m 0600 /dev/stdin /run/mesh-identity",
          // Who joins with an identity has no key that names its tag, and is refused without one.
          `tailscale up --client-id=${join.federatedClientId} --id-token=file:/run/mesh-identity --advertise-tags=${join.tag} ${flags}`,
          "rm --force /run/mesh-identity\n",
        ].join("\n");
  return `#!/bin/sh
set -eu
sysctl --quiet --write net.ipv4.ip_forward=1
systemctl daemon-reload
systemctl enable --now tailscaled
${up}`;
}
