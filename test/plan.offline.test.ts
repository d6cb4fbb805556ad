import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { planReports } from "../plan/report/contract.ts";

const root = path.join(import.meta.dirname, "..");

/** A network namespace of its own has one interface, which is down: not even loopback answers. */
it.runIf(process.platform === "linux")(
  "plans without any network, credentials or home folder",
  { timeout: 60_000 },
  async () => {
    const onlyLoopback = `test "$(tail -n +3 /proc/net/dev | cut -d : -f 1 | tr -d ' ')" = lo`;
    const plan = [process.execPath, path.join(root, "scripts", "bootstrap.mjs"), "plan", "sandbox", "--json"];
    const { stdout } = await promisify(execFile)(
      "unshare",
      ["--map-root-user", "--net", "sh", "-c", `${onlyLoopback} && exec "$@"`, "sh", ...plan],
      {
        cwd: root,
        env: { PATH: process.env["PATH"] },
        maxBuffer: 16 * 1024 * 1024,
      },
    );
    expect(planReports.parse(JSON.parse(stdout)).map(({ environment }) => environment)).toEqual(["sandbox"]);
  },
);
