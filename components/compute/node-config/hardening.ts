import { stringify } from "yaml";

/**
 * What the API server must find at its first start: event rate limits and pod security for every namespace that does not
 * set its own (k3s hardening guide).
 */
const ADMISSION = {
  apiVersion: "apiserver.config.k8s.io/v1",
  kind: "AdmissionConfiguration",
  plugins: [
    {
      name: "EventRateLimit",
      configuration: {
        apiVersion: "eventratelimit.admission.k8s.io/v1alpha1",
        kind: "Configuration",
        limits: [
          { type: "Server", qps: 500, burst: 1000 },
          { type: "Namespace", qps: 50, burst: 100 },
        ],
      },
    },
    {
      name: "PodSecurity",
      configuration: {
        apiVersion: "pod-security.admission.config.k8s.io/v1",
        kind: "PodSecurityConfiguration",
        defaults: { enforce: "restricted", "enforce-version": "latest", audit: "restricted", warn: "restricted" },
        exemptions: { usernames: [], runtimeClasses: [], namespaces: ["kube-system"] },
      },
    },
  ],
};

/** Who did what, without the contents of secrets and tokens. */
const AUDIT = {
  apiVersion: "audit.k8s.io/v1",
  kind: "Policy",
  omitStages: ["RequestReceived"],
  rules: [
    { level: "None", nonResourceURLs: ["/healthz*", "/livez*", "/readyz*", "/version"] },
    { level: "Metadata", resources: [{ group: "", resources: ["secrets", "configmaps", "serviceaccounts/token"] }] },
    { level: "Metadata", verbs: ["get", "list", "watch"] },
    { level: "Request" },
  ],
};

/** Flags of the API server, as `name=value`; they name {@link serverFiles} and what k3s keeps below its own folder. */
export const API_SERVER_FLAGS = [
  "enable-admission-plugins=NodeRestriction,EventRateLimit",
  "admission-control-config-file=/etc/rancher/k3s/admission.yaml",
  "audit-log-path=/var/lib/rancher/k3s/server/logs/audit.log",
  "audit-policy-file=/etc/rancher/k3s/audit.yaml",
  "audit-log-maxage=30",
  "audit-log-maxbackup=10",
  "audit-log-maxsize=100",
  "service-account-extend-token-expiration=false",
] as const;

/** Configuration files of a k3s server by path. */
export const serverFiles = (): Record<string, string> => ({
  "/etc/rancher/k3s/admission.yaml": stringify(ADMISSION),
  "/etc/rancher/k3s/audit.yaml": stringify(AUDIT),
});
