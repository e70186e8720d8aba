import { notSupported } from "../../core/errors";
import { parseJson } from "../../core/parseJson";
import { isObject } from "../../core/record";
import { badRequest } from "./outgoing";

/** A template that is sent along with the e-mails that are made of it. */
export interface InlineTemplate {
  readonly Subject?: string | undefined;
  readonly Text?: string | undefined;
  readonly Html?: string | undefined;
}

export interface Rendered {
  readonly subject: string;
  readonly text?: string;
  readonly html?: string;
}

/** A value by its name alone; nothing else that Handlebars takes between braces, three of them included, is supported. */
const VARIABLE = /(?<![{\\])\{\{\s*([A-Za-z_][A-Za-z0-9_-]*)\s*\}\}/g;

/** What SES itself refuses in a template that is sent along: it takes "only simple substitutions". SES API reference, `Template`. */
const BLOCK = /\{\{\s*[#/^>]/;

/**
 * Checks that a template has all that an e-mail needs, and no more than is supported.
 *
 * @throws AwsError
 */
export function checkTemplate(path: string, { Subject, Text, Html }: InlineTemplate): void {
  if (Subject === undefined) throw badRequest(`${path}.Subject: expected a text`);
  if (Text === undefined && Html === undefined)
    throw badRequest(`${path}: got neither Text nor Html; expected at least one`);
  for (const text of [Subject, Text, Html]) {
    if (text !== undefined && BLOCK.test(text))
      throw badRequest(`Template contains unsupported operations. ${path}: expected only {{name}}`);
    if (text?.replace(VARIABLE, "").includes("{{") === true)
      throw notSupported(`In ${path}, what Handlebars knows beside {{name}},`);
  }
}

/** @throws AwsError for what is no JSON object. */
export function templateData(path: string, json: string | undefined): Readonly<Record<string, unknown>> {
  try {
    const data = parseJson(json ?? "{}");
    if (isObject(data)) return data;
  } catch {
    // Told below.
  }
  throw badRequest(`${path}: got something else than a JSON object; expected one`);
}

/**
 * A template with its values. They stand as they are given: "SES doesn't escape HTML content when rendering the HTML
 * template for a message", SES developer guide, "Advanced email personalization".
 *
 * @returns the name of a value that is missing, where one is: SES accepts such an e-mail, and never delivers it.
 */
export function render(
  { Subject = "", Text, Html }: InlineTemplate,
  data: Readonly<Record<string, unknown>>,
): Rendered | { readonly missing: string } {
  let missing: string | undefined;
  const filled = (text: string) =>
    text.replace(VARIABLE, (_all, name: string) => {
      const value = Object.hasOwn(data, name) ? data[name] : undefined;
      if (value === undefined || value === null) missing ??= name;
      return typeof value === "string" ? value : JSON.stringify(value ?? "");
    });
  const rendered = {
    subject: filled(Subject),
    ...(Text === undefined ? {} : { text: filled(Text) }),
    ...(Html === undefined ? {} : { html: filled(Html) }),
  };
  return missing === undefined ? rendered : { missing };
}
