import { callFunction } from "../http-call.ts";

const call = (port: number): string => callFunction(port, "api-key: ");

/** Replaces the last snapshot of all collections by a new one. */
export const snapshotScript = (port: number): string => `${call(port)}
for old in $(call GET /snapshots | grep -o '"name":"[^"]*"' | cut -d '"' -f 4); do
  call DELETE "/snapshots/$old?wait=true"
done
call POST "/snapshots?wait=true"`;

/** Deletes in every collection each point of which a field names the person. */
export const eraseScript = (port: number, field: string): string => `${call(port)}
for collection in $(call GET /collections | grep -o '"name":"[^"]*"' | cut -d '"' -f 4); do
  call POST "/collections/$collection/points/delete?wait=true" \\
    "{\\"filter\\":{\\"must\\":[{\\"key\\":\\"${field}\\",\\"match\\":{\\"value\\":\\"$SUBJECT\\"}}]}}"
done`;
