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
 * Docker and Compose from Debian, whose signed index vouches for them and whose release fixes their versions; BusyBox for
 * health checks.
 */
export const DOCKER_PACKAGES: readonly string[] = ["busybox-static", "docker-cli", "docker-compose", "docker.io"];
