import { isUtf8 } from "node:buffer";
import { AwsError } from "../core/errors";
import type { WireRequest } from "../core/http";

/** What a form may hold; far above what any operation's input needs. */
const MAX_PARAMETERS = 10_000;
/** Characters of a parameter's name, as it is sent. */
const MAX_NAME_LENGTH = 1024;
/** Members within members: `A.member.1.B` has four; EC2 has inputs of nine. */
const MAX_NAME_PARTS = 16;

const AMPERSAND = 0x26;
const DOT = 0x2e;
const PERCENT = 0x25;
const EQUALS = 0x3d;

/** A request is asked for its action, for its service and for its members: it is parsed once. */
const parsed = new WeakMap<WireRequest, URLSearchParams>();

/** The parameters of a query-protocol request: those of its form body and of its URL. @throws AwsError */
export function formParameters(request: WireRequest): URLSearchParams {
  const known = parsed.get(request);
  if (known !== undefined) return known;
  const form = request.body.toString("utf8");
  checkForm(form);
  if (!isUtf8(unescaped(request.body)))
    throw malformed("The form is not UTF-8, as it is or as it is escaped; expected text in that encoding");
  const parameters = new URLSearchParams(request.query);
  for (const [name, value] of new URLSearchParams(form)) parameters.append(name, value);
  parsed.set(request, parameters);
  return parameters;
}

/** The bytes that stand in a form and in its escapes; what they are between its marks makes no difference here. */
function unescaped(body: Buffer): Uint8Array {
  const bytes = body.toString("latin1");
  // Escapes of ASCII are UTF-8 whatever stands around them.
  if (!/%[89a-f]/i.test(bytes)) return body;
  const decoded = bytes.replace(/%([0-9a-f]{2})/gi, (_, code: string) =>
    String.fromCharCode(parseInt(code, 16)),
  );
  return Buffer.from(decoded, "latin1");
}

/**
 * Refuses a form of the query protocols that would cost more to take apart than any operation needs; one pass over
 * the text, before it is parsed.
 */
function checkForm(form: string): void {
  let parameters = 1;
  let nameStart = 0;
  let parts = 1;
  let inName = true;
  for (let at = 0; at < form.length; at++) {
    const code = form.charCodeAt(at);
    if (code === AMPERSAND) {
      if (++parameters > MAX_PARAMETERS)
        throw malformed(`The form has more than ${MAX_PARAMETERS} parameters; expected at most that many`);
      nameStart = at + 1;
      parts = 1;
      inName = true;
    } else if (code === EQUALS) {
      inName = false;
    } else if (inName) {
      if (at - nameStart >= MAX_NAME_LENGTH) throw tooLong(form, nameStart);
      if ((code === DOT || (code === PERCENT && isDot(form, at))) && ++parts > MAX_NAME_PARTS) {
        throw malformed(
          `The parameter ${shown(form, nameStart)} has more than ${MAX_NAME_PARTS} parts; expected at most that many`,
        );
      }
    }
  }
}

/** Whether a dot is sent as `%2E` here. */
function isDot(form: string, at: number): boolean {
  return form.charCodeAt(at + 1) === 0x32 && (form.charCodeAt(at + 2) | 0x20) === 0x65;
}

function tooLong(form: string, start: number): AwsError {
  return malformed(
    `The name of the parameter ${shown(form, start)} is longer than ${MAX_NAME_LENGTH} characters; expected at most that many`,
  );
}

function shown(form: string, start: number): string {
  return `"${form.slice(start, start + 40)}…"`;
}

function malformed(message: string): AwsError {
  return new AwsError("MalformedQueryString", message);
}
