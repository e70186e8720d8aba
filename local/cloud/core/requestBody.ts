import type { IncomingMessage } from "node:http";
import { bodyTooLarge, decodeBody } from "./contentEncoding";

const mebibyte = 1024 * 1024;

/**
 * The largest body that a service's HTTP front accepts, in bytes; operations have tighter limits of their own.
 * DynamoDB documents 16 MB. Lambda documents 50 MB of zip, which base64 makes a third larger. For the rest,
 * room for 1 MiB of payload (SQS, EventBridge, PutLogEvents) with every character escaped.
 */
export function bodyLimit(service: string | undefined): number {
  if (service === "lambda") return 68 * mebibyte;
  return service === "dynamodb" ? 16 * mebibyte : 8 * mebibyte;
}

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
    const tooLarge = () => {
      request.removeAllListeners("data").resume();
      reject(bodyTooLarge(limit));
    };
    if (Number(request.headers["content-length"] ?? 0) > limit) {
      tooLarge();
      return;
    }
    const chunks: Buffer[] = [];
    let length = 0;
    request.on("data", (chunk: Buffer) => {
      length += chunk.length;
      if (length > limit) tooLarge();
      else chunks.push(chunk);
    });
    request.on("end", () => {
      resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks));
    });
    request.on("error", reject);
  });
}
