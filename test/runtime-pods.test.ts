import { expect, test } from "vitest";
import type { Workload } from "../components/workloads/contract.ts";
import { rowOf } from "./harness.ts";
import { container, labels, rowsOf, selector, specOf, template } from "./worker.ts";

const timing = { periodSeconds: 10, failureThreshold: 3 };

test("sidecars, preparation and files are containers and mounts of one pod", async () => {
  const workload: Workload = {
    replicas: 1,
    container: { ...container, scratch: ["/tmp"], sharedMemoryMiB: 64 },
    sidecars: {
      exporter: {
        ...container,
        user: 65534,
        scratch: ["/run", "/tmp"],
        probes: { readiness: { tcpPort: 9121, ...timing }, liveness: { command: ["/bin/alive"], ...timing } },
      },
    },
    prepare: { render: { ...container, scratch: ["/tmp"] } },
    secrets: { tls: { class: "provided", keys: ["certificate", "key"] } },
    secretFiles: {
      "/etc/tls/certificate": { secret: "tls", key: "certificate" },
      "/etc/tls/key": { secret: "tls", key: "key" },
    },
  };
  const secretMounts = [
    { name: "secret-0", mountPath: "/etc/tls/certificate", subPath: "certificate", readOnly: true },
    { name: "secret-0", mountPath: "/etc/tls/key", subPath: "key", readOnly: true },
  ];
  const tmp = { name: "scratch-0", mountPath: "/tmp" };
  const [main] = template().spec.containers;
  expect(specOf(rowOf(await rowsOf(workload), "kubernetes:apps/v1:Deployment", "worker-deployment"))).toEqual({
    replicas: 1,
    selector,
    template: template({
      initContainers: [{ ...main, name: "render", volumeMounts: [...secretMounts, tmp] }],
      containers: [
        {
          ...main,
          resources: { requests: { cpu: "1", memory: "320Mi" }, limits: { memory: "320Mi" } },
          volumeMounts: [...secretMounts, tmp, { name: "shared-memory", mountPath: "/dev/shm" }],
        },
        {
          ...main,
          name: "exporter",
          readinessProbe: { tcpSocket: { port: 9121 }, ...timing },
          livenessProbe: { exec: { command: ["/bin/alive"] }, ...timing },
          securityContext: { ...main?.securityContext, runAsUser: 65534, runAsGroup: 65534 },
          volumeMounts: [...secretMounts, { name: "scratch-1", mountPath: "/run" }, tmp],
        },
      ],
      volumes: [
        { name: "secret-0", secret: { secretName: "worker-tls", defaultMode: 0o440 } },
        { name: "scratch-0", emptyDir: {} },
        { name: "scratch-1", emptyDir: {} },
        { name: "shared-memory", emptyDir: { medium: "Memory", sizeLimit: "64Mi" } },
      ],
    }),
  });
});

test("a container with GPUs runs under NVIDIA's runtime", async () => {
  const rows = await rowsOf({ replicas: 1, container: { ...container, gpus: 2 } });
  expect(specOf(rowOf(rows, "kubernetes:apps/v1:Deployment", "worker-deployment"))).toMatchObject({
    template: {
      spec: { runtimeClassName: "nvidia", containers: [{ resources: { limits: { "nvidia.com/gpu": "2" } } }] },
    },
  });
});

test("a container with MIG instances asks for them by their profile, and for no whole GPU", async () => {
  const rows = await rowsOf({ replicas: 1, container: { ...container, gpus: 2, gpuSlice: "1g.10gb" } });
  const spec = specOf(rowOf(rows, "kubernetes:apps/v1:Deployment", "worker-deployment"));
  expect(spec).toMatchObject({
    template: {
      spec: {
        runtimeClassName: "nvidia",
        containers: [{ resources: { limits: { "nvidia.com/mig-1g.10gb": "2" } } }],
      },
    },
  });
  expect(JSON.stringify(spec)).not.toContain("nvidia.com/gpu");
});

test("a device plugin writes to the kubelet's sockets, sees every GPU and keeps the one capability that it states", async () => {
  const rows = await rowsOf({
    form: "daemon",
    container: { ...container, user: 0, capability: "SYS_ADMIN" },
    socketPaths: ["/var/lib/kubelet/device-plugins"],
    seesGpus: true,
  });
  expect(specOf(rowOf(rows, "kubernetes:apps/v1:DaemonSet", "worker-daemon-set"))).toMatchObject({
    template: {
      spec: {
        runtimeClassName: "nvidia",
        containers: [
          {
            securityContext: { capabilities: { drop: ["ALL"], add: ["SYS_ADMIN"] }, allowPrivilegeEscalation: false },
            volumeMounts: [{ name: "sockets-0", mountPath: "/var/lib/kubelet/device-plugins" }],
          },
        ],
        volumes: [{ name: "sockets-0", hostPath: { path: "/var/lib/kubelet/device-plugins", type: "Directory" } }],
      },
    },
  });
});

test("an agent of every node puts up with every taint, reads its node and asks the API server", async () => {
  const rows = await rowsOf({
    form: "daemon",
    everyPool: true,
    container: { ...container, user: 0 },
    hostPaths: ["/", "/var/log/pods"],
    clusterAccess: [{ apiGroups: [""], resources: ["pods"], verbs: ["list", "watch"] }],
  });
  const mount = { mountPropagation: "HostToContainer", readOnly: true };
  const user = { runAsNonRoot: false, runAsUser: 0, runAsGroup: 0, fsGroup: 0 };
  expect(specOf(rowOf(rows, "kubernetes:apps/v1:DaemonSet", "worker-daemon-set"))).toEqual({
    selector,
    template: template(
      {
        automountServiceAccountToken: true,
        tolerations: [{ operator: "Exists" }],
        securityContext: { ...user, seccompProfile: { type: "RuntimeDefault" } },
        volumes: [
          { name: "host-0", hostPath: { path: "/", type: "Directory" } },
          { name: "host-1", hostPath: { path: "/var/log/pods", type: "Directory" } },
        ],
      },
      {
        volumeMounts: [
          { name: "host-0", mountPath: "/host", ...mount },
          { name: "host-1", mountPath: "/host/var/log/pods", ...mount },
        ],
      },
    ),
  });
  const role = { name: "splitfleet-worker", labels };
  expect(rowOf(rows, "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole", "worker-role").inputs).toMatchObject({
    metadata: role,
    rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["list", "watch"] }],
  });
  expect(
    rowOf(rows, "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding", "worker-role-binding").inputs,
  ).toMatchObject({
    metadata: role,
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "splitfleet-worker" },
    subjects: [{ kind: "ServiceAccount", name: "worker", namespace: "team-assistants" }],
  });
  expect(specOf(rowOf(rows, "kubernetes:networking.k8s.io/v1:NetworkPolicy", "worker-flows"))).toMatchObject({
    egress: [{ to: [{ ipBlock: { cidr: "10.10.1.11/32" } }], ports: [{ port: 6443, protocol: "TCP" }] }],
  });
});

test("what a workload may ask in its own namespace is a role of that namespace", async () => {
  const namespaceAccess = [{ apiGroups: ["batch"], resources: ["jobs"], verbs: ["get", "create"] }];
  const rows = await rowsOf({ replicas: 1, container, namespaceAccess });
  const role = { name: "worker", namespace: "team-assistants", labels };
  expect(rowOf(rows, "kubernetes:rbac.authorization.k8s.io/v1:Role", "worker-own-role").inputs).toMatchObject({
    metadata: role,
    rules: namespaceAccess,
  });
  expect(
    rowOf(rows, "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding", "worker-own-role-binding").inputs,
  ).toMatchObject({
    metadata: role,
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "worker" },
    subjects: [{ kind: "ServiceAccount", name: "worker", namespace: "team-assistants" }],
  });
  expect(specOf(rowOf(rows, "kubernetes:networking.k8s.io/v1:NetworkPolicy", "worker-flows"))).toMatchObject({
    egress: [{ to: [{ ipBlock: { cidr: "10.10.1.11/32" } }], ports: [{ port: 6443, protocol: "TCP" }] }],
  });
});
