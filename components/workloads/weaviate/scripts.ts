import { callFunction } from "../http-call.ts";
import { BACKUPS } from "./environment.ts";

const call = (port: number): string => callFunction(port, "Authorization: Bearer ");

/** Has it write a copy of all collections in place of the last, and waits for the end. */
export const backupScript = (port: number): string => `${call(port)}
rm -rf ${BACKUPS}/*
id=$(date -u +%Y%m%dt%H%M%S)
call POST /v1/backups/filesystem "{\\"id\\":\\"$id\\"}"
until call GET "/v1/backups/filesystem/$id" | grep -q '"status":"SUCCESS"'; do
  sleep 10
  call GET "/v1/backups/filesystem/$id" | grep -q '"status":"FAILED"' && exit 1
done`;

/** Deletes in every collection each object of which a property names the person. */
export const eraseScript = (port: number, property: string): string => `${call(port)}
for collection in $(call GET /v1/schema | grep -o '"class":"[^"]*"' | cut -d '"' -f 4); do
  call DELETE /v1/batch/objects \\
    "{\\"match\\":{\\"class\\":\\"$collection\\",\\"where\\":{\\"path\\":[\\"${property}\\"],\\"operator\\":\\"Equal\\",\\"valueText\\":\\"$SUBJECT\\"}}}"
done`;
