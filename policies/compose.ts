import { exampleRow } from "./example.ts";
import type { Row } from "./row.ts";
import { asObject, below, type Place, placeIn } from "./values.ts";

/** The workloads of a VPS that Docker Compose runs, with their services as its file has them. */
export const COMPOSE_PROJECT = "splitfleet:runtime:ComposeProject";

/** The containers of a project, by name; unknown services are one of which nothing is known. */
export function servicesOf(row: Row): readonly { readonly name: string; readonly service: Place }[] {
  const services = placeIn(row, "services");
  const known = asObject(services.value);
  if (known === undefined) return services.value === undefined ? [] : [{ name: "any service", service: services }];
  return Object.keys(known).map((name) => ({ name, service: below(services, name) }));
}

/** The service as messages call it. */
export const serviceName = (row: Row, name: string): string => `service ${name} of ${row.name}`;

/** A project that no rule finds fault with; examples change one thing in its one service. */
export const COMPOSE_EXAMPLE = exampleRow(
  COMPOSE_PROJECT,
  "operations-project",
  {
    services: {
      api: {
        image: `registry.example.org/api:1.2.3@sha256:${"9f86d081884c7d65".repeat(4)}`,
        user: "1000:1000",
        read_only: true,
        cap_drop: ["ALL"],
        security_opt: ["no-new-privileges:true"],
        mem_limit: "256m",
        memswap_limit: "256m",
        pids_limit: 512,
        ports: ["${MESH_ADDRESS:?}:8000:8000/tcp"],
        volumes: ["data:/data", "/var/lib/splitfleet/compose/files/c567:/etc/api.yml:ro"],
      },
    },
  },
  { custom: false },
);

/** Where its service stands. */
export const SERVICE = "services.api";
