import path from "node:path";
import { z } from "zod";
import { SpecError } from "../../stacks/problems.ts";
import { parse } from "../../stacks/schema-problems.ts";
import { pattern, slug } from "../../stacks/spec/values.ts";
import { readDocument } from "../../stacks/text-file.ts";

/** The committed list of images, by the name that workload definitions use. */
export const IMAGE_LIST = path.join(import.meta.dirname, "../../components/workloads/images.yaml");

const imageList = z.record(
  slug,
  pattern(
    /^[a-z0-9.-]+\.[a-z]+(\/[a-z0-9._-]+)+(:[\w.-]+|@sha256:[0-9a-f]{64})$/,
    "a registry, a repository and a tag such as docker.io/prom/prometheus:v3.15.0, or a digest instead of the tag",
  ),
);

/** Reads a list of images. @throws SpecError with everything that is wrong with it. */
export async function readImageList(file: string): Promise<Readonly<Record<string, string>>> {
  const shown = path.relative(process.cwd(), file);
  const { document } = await readDocument([shown], {
    what: "the list of container images",
    fix: "restore the file from version control",
  });
  if (document.problems.length > 0) throw new SpecError(document.problems);
  const parsed = parse(imageList, document.value);
  if ("value" in parsed) return parsed.value;
  throw new SpecError(parsed.complaints.map((complaint) => document.place(complaint)));
}
