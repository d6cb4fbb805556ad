import { bad, boundary, changed, good, unknown } from "../example.ts";
import { noParameters, resourceRule } from "../resource-rule.ts";
import { UNKNOWN, type Row } from "../row.ts";
import { asText, shown } from "../values.ts";
import { nodeConfigOf, nodeExample } from "./node-config.ts";
import { USER_DATA } from "./user-data.ts";

const user = nodeExample();
const replaced = (from: string, to: string): Row =>
  changed(user, "userData", (asText(user.inputs["userData"]) ?? "").replace(from, to));

export const noPasswordLogin = resourceRule({
  id: "security/no-password-login",
  title: "Nodes accept no password and no login of root",
  why:
    "People reach nodes over the mesh, as themselves, and are recorded there. A password is a second door that " +
    "the mesh's policy does not know.",
  severity: "high",
  level: "mandatory",
  config: noParameters,
  unknown: "ignore",
  fix: "Set ssh_pwauth to false and disable_root to true in the cloud-config, and set no password.",
  source:
    "CIS Debian Linux Benchmark, section on SSH server configuration; https://tailscale.com/kb/1193/tailscale-ssh",
  types: Object.keys(USER_DATA),
  examples: [
    good("neither password nor root", user),
    bad("passwords are accepted", replaced("ssh_pwauth: false", "ssh_pwauth: true"), "userData"),
    bad(
      "a password for the default user",
      replaced("ssh_pwauth: false", "ssh_pwauth: false\npassword: example"),
      "userData",
    ),
    boundary("nothing said of root, which cloud-init then keeps out", replaced("disable_root: true\n", "")),
    boundary(
      "nothing said of passwords, which leaves it to the image",
      replaced("ssh_pwauth: false\n", ""),
      "userData",
    ),
    unknown("user data that `up` decides", changed(user, "userData", UNKNOWN), "userData"),
  ],

  *inspect(row) {
    const node = nodeConfigOf(row);
    if (node === undefined) return;
    const limit = "login without password, and not as root";
    if (node === UNKNOWN) {
      return yield {
        path: "userData",
        message: `Who may log in to ${row.name} is decided only by \`up\`.`,
        value: UNKNOWN,
        limit,
      };
    }
    const { path, cloud = {} } = node;
    const fault = (what: string, value: string) => ({ path, message: `${row.name} ${what}.`, value, limit });
    if (cloud["ssh_pwauth"] !== false) yield fault("accepts passwords over SSH", shown(cloud["ssh_pwauth"]));
    if (cloud["disable_root"] === false) yield fault("lets root log in", "false");
    if (cloud["password"] !== undefined || cloud["chpasswd"] !== undefined)
      yield fault("is given a password", "a password");
  },
});
