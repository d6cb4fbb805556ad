import { expect, it } from "vitest";
import { layoutOf } from "./layout.ts";
import { sessionEnvironment } from "./variables.ts";

it("lets in a short list of names, and no token or endpoint of the user", () => {
  const user = {
    HOME: "/home/somebody",
    PATH: "/usr/bin",
    LC_ALL: "C.UTF-8",
    XDG_CACHE_HOME: "/cache",
    TERM: "xterm",
    HCLOUD_TOKEN: "t",
    AWS_PROFILE: "p",
    AWS_ACCESS_KEY_ID: "k",
    VAULT_TOKEN: "v",
    VAULT_ADDR: "https://vault",
    TAILSCALE_API_KEY: "k",
    KUBECONFIG: "/k",
    PULUMI_ACCESS_TOKEN: "t",
    PULUMI_BACKEND_URL: "s3://live",
    PULUMI_CONFIG_PASSPHRASE: "p",
    PULUMI_STACK: "production",
    NODE_OPTIONS: "--require /x",
    UNHEARD_OF_TOKEN: "u",
  };
  const layout = layoutOf("/project", "sandbox");
  const result = sessionEnvironment(user, { layout, node: "/node/bin/node", twinSocket: "/s.sock" });
  expect(result).toEqual({
    HOME: "/home/somebody",
    LC_ALL: "C.UTF-8",
    XDG_CACHE_HOME: "/cache",
    TERM: "xterm",
    PATH: "/project/.sandbox/sandbox/bin:/node/bin:/usr/bin",
    SPLITFLEET_REHEARSAL: "/project/.sandbox/sandbox",
    SPLITFLEET_TWIN_SOCKET: "/s.sock",
    SPLITFLEET_LOCK_FILE: "/project/.sandbox/sandbox/config/sandbox.lock.yaml",
    PULUMI_HOME: "/project/.sandbox/sandbox/home",
    PULUMI_BACKEND_URL: "file:///project/.sandbox/sandbox/state",
    PULUMI_CONFIG_PASSPHRASE_FILE: "/project/.sandbox/sandbox/passphrase",
    PULUMI_OPTION_CONFIG_FILE: "/project/.sandbox/sandbox/config/Pulumi.sandbox.yaml",
    PULUMI_OPTION_PRESERVE_CONFIG: "true",
    PULUMI_IGNORE_AMBIENT_PLUGINS: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_SUPPRESS_NEO_LINK: "true",
    PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS: "true",
  });
});
