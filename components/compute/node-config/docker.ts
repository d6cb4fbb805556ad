import { type Binary, fetchChecked, HEADER, sumOf } from "./install.ts";

/**
 * Docker's own part of a node that runs Docker Compose. Networks are many and small: one for each pair of workloads, and
 * the default of 31 would soon be spent. Containers live on while the daemon is upgraded.
 */
const DAEMON = {
  "default-address-pools": [{ base: "172.30.0.0/16", size: 28 }],
  "live-restore": true,
  "userland-proxy": false,
  "log-driver": "json-file",
  "log-opts": { "max-size": "10m", "max-file": "3" },
};

/** Files by path. The daemon may listen at the mesh's address before the mesh is up. */
export const dockerFiles = (): Record<string, string> => ({
  "/etc/docker/daemon.json": `${JSON.stringify(DAEMON, undefined, 2)}\n`,
  "/etc/sysctl.d/85-docker.conf": "net.ipv4.ip_nonlocal_bind=1\n",
});

/**
 * Installs Docker and Compose from Debian, whose signed index vouches for them and whose release fixes their versions;
 * BusyBox for health checks and nft for the filter between containers.
 */
export const installDocker = (): string => `${HEADER}export DEBIAN_FRONTEND=noninteractive
sysctl --system > /dev/null
apt-get update --quiet
apt-get install --yes --quiet --no-install-recommends busybox-static docker-cli docker-compose docker.io nftables
systemctl enable --now docker
docker compose version
`;

/**
 * Installs Coolify by its own installer of the pinned release. It brings Docker, its own proxy on ports 80 and 443, and
 * does not update itself.
 */
export function installCoolify(binary: Binary, architecture: "amd64" | "arm64"): string {
  const url = `https://raw.githubusercontent.com/coollabsio/coolify/${encodeURIComponent(binary.version)}/scripts/install.sh`;
  return `${HEADER}cd /tmp
${fetchChecked(url, "coolify.sh", sumOf("coolify", binary, architecture))}AUTOUPDATE=false bash coolify.sh ${binary.version.replace(/^v/, "")}
`;
}
