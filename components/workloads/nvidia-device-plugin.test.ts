import { expect, test } from "vitest";
import { parse } from "yaml";
import type { GpuProfile } from "../compute/gpu-profile.ts";
import { buildExample } from "./example.ts";
import { nvidiaDevicePlugin } from "./nvidia-device-plugin.ts";

const build = (gpuProfile: GpuProfile | undefined) => buildExample(nvidiaDevicePlugin, undefined, { gpuProfile });
const configOf = (profile: GpuProfile): unknown =>
  parse(build(profile).files?.["/etc/nvidia-device-plugin/config.yaml"] ?? "");

test("it meets the kubelet at its sockets, and sees the GPUs without taking one", () => {
  const { form, socketPaths, seesGpus, container } = build({ kind: "whole" });
  expect({ form, socketPaths, seesGpus, gpus: container.gpus, capability: container.capability }).toEqual({
    form: "daemon",
    socketPaths: ["/var/lib/kubelet/device-plugins"],
    seesGpus: true,
    gpus: undefined,
    capability: undefined,
  });
});

const flags = {
  migStrategy: "none",
  failOnInitError: true,
  plugin: { deviceListStrategy: "envvar", deviceIDStrategy: "uuid" },
};

test("it offers whole GPUs as they are, whether or not they have memory of their own", () => {
  expect(configOf({ kind: "whole" })).toEqual({ version: "v1", flags });
  expect(configOf({ kind: "unified" })).toEqual({ version: "v1", flags });
});

test("it offers a shared GPU as often as the profile says, and refuses who asks for two of one", () => {
  expect(configOf({ kind: "time-slicing", replicas: 4 })).toEqual({
    version: "v1",
    flags,
    sharing: {
      timeSlicing: { failRequestsGreaterThanOne: true, resources: [{ name: "nvidia.com/gpu", replicas: 4 }] },
    },
  });
});

test("it names each kind of MIG instance, which it sees with one capability", () => {
  const profile = { kind: "mig", instances: { "1g.10gb": 7 } } as const;
  expect(configOf(profile)).toEqual({ version: "v1", flags: { ...flags, migStrategy: "mixed" } });
  expect(build(profile).container).toMatchObject({
    capability: "SYS_ADMIN",
    env: { NVIDIA_MIG_MONITOR_DEVICES: "all" },
  });
});

test("on a pool without a GPU it can not be built", () => {
  expect(() => build(undefined)).toThrow("its pool has no GPU; choose one that has");
});
