import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";

/** The metadata of an instance as its second version serves it, on loopback. */
export interface RecordedMetadata {
  readonly url: string;
  /** Text by path below `meta-data`; what is not here is answered with 404. */
  answers: Readonly<Record<string, string>>;
  /** Method and path of every request. */
  readonly asked: readonly string[];
  /** Every token that was handed out is refused from now on. */
  readonly forgetTokens: () => void;
  readonly close: () => Promise<void>;
}

export async function startMetadata(answers: RecordedMetadata["answers"]): Promise<RecordedMetadata> {
  const asked: string[] = [];
  let tokens = 0;
  let valid = new Set<string>();
  const recorded = { answers };
  const server = http.createServer(({ method = "", url = "", headers }, response) => {
    asked.push(`${method} ${url}`);
    const answer = (status: number, text = ""): void => void response.writeHead(status).end(text);
    if (method === "PUT" && url === "/latest/api/token") {
      const seconds = Number(headers["x-aws-ec2-metadata-token-ttl-seconds"]);
      if (!(seconds >= 1 && seconds <= 21_600)) return answer(400);
      const token = `token-${++tokens}`;
      valid.add(token);
      return answer(200, token);
    }
    if (!valid.has(String(headers["x-aws-ec2-metadata-token"]))) return answer(401);
    const text = recorded.answers[url.replace("/latest/meta-data/", "")];
    return text === undefined ? answer(404) : answer(200, text);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return Object.assign(recorded, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    forgetTokens: () => {
      valid = new Set();
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  });
}
