import type { IncomingMessage, ServerResponse } from "node:http";
import { AwsError } from "../core/errors";
import { messageOf } from "../core/messageOf";
import { parseJson } from "../core/parseJson";
import { readBody } from "../core/requestBody";
import { textOf } from "../core/utf8";

/** Of a question: more than the largest message and its wrapping. */
const MOST_BYTES = 8 * 1024 * 1024;

/** Nothing from elsewhere, no script or style but the page's own, no frame around it. */
const pagePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "frame-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** An e-mail as its reader sees it: its own styles, and neither scripts, nor requests, nor this origin. */
export const mailPolicy = [
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  "img-src data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'self'",
  "sandbox",
].join("; ");

/** An error that a person has made, with what to do. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

export function answer(
  response: ServerResponse,
  status: number,
  type: string,
  body: string | Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, {
    "content-type": type,
    "content-length": Buffer.byteLength(body),
    "cache-control": "no-store",
    "content-security-policy": pagePolicy,
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    ...headers,
  });
  response.end(body);
}

export function answerJson(response: ServerResponse, status: number, value: unknown): void {
  answer(response, status, "application/json", JSON.stringify(value));
}

/** What went wrong, as far as it is somebody's business. */
export function answerError(response: ServerResponse, error: unknown): void {
  const [status, message] =
    error instanceof Refusal
      ? [error.status, error.message]
      : error instanceof AwsError
        ? [409, `${error.code}: ${error.message}`]
        : [500, `The console failed: ${messageOf(error)}`];
  answerJson(response, status, { error: message });
}

export async function readJson(request: IncomingMessage): Promise<unknown> {
  if (!/^application\/json\b/.test(request.headers["content-type"] ?? ""))
    throw new Refusal(415, "content-type: expected application/json");
  const body = await readBody(request, MOST_BYTES);
  try {
    return parseJson(textOf(body));
  } catch (error) {
    throw new Refusal(400, `the question is not JSON: ${messageOf(error)}`);
  }
}
