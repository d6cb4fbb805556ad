/** Where a definition is written and what it is called there. */
export interface TemplateArgs {
  readonly kind: string;
  /** Specifier of the folder `components/workloads` as the new files import from it. */
  readonly contract: string;
}

/** `object-store` becomes `objectStore`. */
export const constantOf = (kind: string): string => kind.replace(/-+(.)/g, (_, letter: string) => letter.toUpperCase());

/** A definition that builds: one container that answers HTTP on one port. */
export const definitionText = ({ kind, contract }: TemplateArgs): string => `import { z } from "zod";
import { defineWorkload } from "${contract}/contract.ts";

const HTTP = 8080;

/** Say here what it is for. */
export const ${constantOf(kind)} = defineWorkload({
  kind: "${kind}",
  summary: "Say in a few words what it is",
  memory: "Say what decides it; as the entry says.",
  runtimes: ["kubernetes"],
  ports: { http: { port: HTTP, audience: "cluster" } },
  spec: {
    replicas: z.int().min(1).max(20).default(1),
    memoryMiB: z.int().min(32).default(128).meta({ description: "Memory of one replica." }),
  },
  build: (spec, context) => {
    const probe = { path: "/", port: HTTP, periodSeconds: 10, failureThreshold: 3 };
    return {
      replicas: spec.replicas,
      container: {
        image: context.image("${kind}"),
        cpu: { request: 0.1 },
        memoryMiB: { request: spec.memoryMiB },
        probes: { startup: { ...probe, failureThreshold: 30 }, readiness: probe, liveness: probe },
        scratch: ["/tmp"],
        user: 10001,
      },
    };
  },
});
`;

/** A test of what that definition asks for. */
export const testText = ({ kind, contract }: TemplateArgs): string => `import { expect, test } from "vitest";
import { buildExample } from "${contract}/example.ts";
import { ${constantOf(kind)} } from "./${kind}.ts";

test("${kind} asks for the memory that its entry says", () => {
  const { container, replicas } = buildExample(${constantOf(kind)}, { memoryMiB: 256, replicas: 2 });
  expect({ memoryMiB: container.memoryMiB, replicas }).toEqual({ memoryMiB: { request: 256 }, replicas: 2 });
});
`;
