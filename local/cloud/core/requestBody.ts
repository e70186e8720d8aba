import type { IncomingMessage } from "node:http";
import { bodyTooLarge } from "./bodyLimit";
import { decodeBody } from "./contentEncoding";

/**
 * The whole body, without its content codings. Rejects with RequestEntityTooLarge, before reading or unpacking it
 * all, when it exceeds `limit` bytes, as it was sent or unpacked.
 */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  const sent = await readSent(request, limit);
  const coding = request.headers["content-encoding"];
  return coding === undefined ? sent : decodeBody(sent, coding, limit);
}

function readSent(request: IncomingMessage, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const refuse = () => {
      request.removeAllListeners("data").resume();
      reject(bodyTooLarge(limit));
    };
    if (Number(request.headers["content-length"] ?? 0) > limit) {
      refuse();
      return;
    }
    const chunks: Buffer[] = [];
    let length = 0;
    request.on("data", (chunk: Buffer) => {
      length += chunk.length;
      if (length > limit) refuse();
      else chunks.push(chunk);
    });
    request.on("end", () => {
      resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks));
    });
    request.on("error", reject);
  });
}
