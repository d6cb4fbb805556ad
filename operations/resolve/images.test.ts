import { expect, onTestFinished, test } from "vitest";
import { buildKind } from "../../components/workloads/example.ts";
import { registry } from "../../components/workloads/registry.ts";
import { IMAGE_LIST, readImageList } from "./image-list.ts";
import { type ImagesQuery, resolveImages } from "./images.ts";
import { recordedHosts } from "./testing.ts";

const digest = (digit: string): string => `sha256:${digit.repeat(64)}`;
const MANIFEST = "quay.io/v2/team/tool/manifests/v2";

async function resolved(query: Partial<ImagesQuery>) {
  const recorded = await recordedHosts({ [MANIFEST]: { headers: { "docker-content-digest": digest("2") } } });
  onTestFinished(recorded.close);
  const defaults = { names: new Set(["tool"]), list: {}, locked: {}, keep: false };
  return { run: () => resolveImages({ ...defaults, ...query }, recorded.ask), requests: recorded.requests };
}

test("every image that a built-in kind runs, and that of backups, is listed", async () => {
  const names = new Set(["restic"]);
  const image = (name: string): string => {
    names.add(name);
    return `registry.example.org/${name}@${digest("0")}`;
  };
  for (const kind of registry) buildKind(kind, kind.example, registry, { image });
  const list = await readImageList(IMAGE_LIST);
  expect([...names].filter((name) => list[name] === undefined)).toEqual([]);
  expect(Object.keys(list)).toEqual(Object.keys(list).toSorted());
});

test("an image that the list does not have is looked up by the tag of the lock", async () => {
  const { run } = await resolved({ locked: { tool: `quay.io/team/tool:v2@${digest("1")}` } });
  expect((await run()).entries).toEqual({ tool: `quay.io/team/tool:v2@${digest("2")}` });
});

test("what nobody names any more leaves the lock, and with `keep` a digest of the wanted tag stays", async () => {
  const locked = { tool: `quay.io/team/tool:v2@${digest("1")}`, gone: `quay.io/team/gone:v1@${digest("1")}` };
  const { run, requests } = await resolved({ list: { tool: "quay.io/team/tool:v2" }, locked, keep: true });
  expect((await run()).entries).toEqual({ tool: locked.tool });
  expect(requests).toEqual([]);
});

test("every image that can not be looked up is named", async () => {
  const { run } = await resolved({ names: new Set(["tool", "other"]), list: { tool: "quay.io/team/tool:v9" } });
  await expect(run()).rejects.toThrow(
    [
      "images.other: no list says which image that is. Add `other: <registry>/<repository>:<tag>` to components/workloads/images.yaml.",
      "https://quay.io/v2/team/tool/manifests/v9 answered 404. Nothing was written. There is no image quay.io/team/tool:v9: correct it in components/workloads/images.yaml.",
    ].join("\n"),
  );
});
