import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { migScript } from "./mig-layout.ts";

/** Two GPUs that remember how they are divided, one file each. */
const NVIDIA_SMI = `#!/bin/sh
case "$*" in
  --query-gpu=index*) printf '0\\n1\\n' ;;
  *-L)
    echo "GPU $2: NVIDIA H100 80GB HBM3 (UUID: GPU-1)"
    [ ! -e "$BOX/gpu-$2" ] || tr , '\\n' < "$BOX/gpu-$2" | sed 's/.*/  MIG &     Device  0: (UUID: MIG-1)/'
    ;;
  "mig -i "*" -cgi "*) echo "$*" >> "$BOX/calls"; printf '%s' "$5" > "$BOX/gpu-$3" ;;
  *) echo "$*" >> "$BOX/calls" ;;
esac
`;

function host() {
  const box = mkdtempSync(path.join(tmpdir(), "splitfleet-mig-"));
  onTestFinished(() => rmSync(box, { recursive: true, force: true }));
  writeFileSync(path.join(box, "nvidia-smi"), NVIDIA_SMI);
  chmodSync(path.join(box, "nvidia-smi"), 0o755);
  return (instances: Readonly<Record<string, number>>): string[] => {
    const calls = path.join(box, "calls");
    rmSync(calls, { force: true });
    const env = { PATH: `${box}:${process.env["PATH"] ?? ""}`, BOX: box };
    execFileSync("sh", ["-s"], { input: migScript(instances), env });
    return existsSync(calls) ? readFileSync(calls, "utf8").trim().split("\n") : [];
  };
}

const divide = (gpu: number, instances: string) => [
  `-i ${gpu} -mig 1`,
  `mig -i ${gpu} -dci`,
  `mig -i ${gpu} -dgi`,
  `mig -i ${gpu} -cgi ${instances} -C`,
];

test("every GPU is divided, the largest instances first, and one that is divided so already is left alone", () => {
  const run = host();
  const layout = { "1g.10gb": 2, "3g.40gb": 1, "2g.20gb": 1 };
  const instances = "3g.40gb,2g.20gb,1g.10gb,1g.10gb";
  expect(run(layout)).toEqual([...divide(0, instances), ...divide(1, instances)]);
  expect(run(layout)).toEqual([]);
  expect(run({ "7g.80gb": 1 })).toEqual([...divide(0, "7g.80gb"), ...divide(1, "7g.80gb")]);
});
