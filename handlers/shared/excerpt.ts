const CHARACTERS_SHOWN = 200;

/**
 * A stranger's text as reasons show it, which go into logs and answers: so much of it that a person knows it again. Who
 * sends a megabyte could fill them otherwise.
 */
export function excerpt(text: string): string {
  return text.length <= CHARACTERS_SHOWN ? text : `${text.slice(0, CHARACTERS_SHOWN).toWellFormed()}…`;
}
