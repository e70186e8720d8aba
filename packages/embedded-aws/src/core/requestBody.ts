import type { IncomingMessage } from "node:http";
import { bodyTooLarge } from "./bodyLimit";

/**
 * The whole body as it was sent, in its content codings: that is what a signature covers. Rejects with
 * RequestEntityTooLarge, before reading it all, when it exceeds `limit` bytes.
 */
export function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
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
