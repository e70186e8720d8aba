import { readFileSync } from "node:fs";
import ts from "typescript";

/**
 * The comment above each member of a table, as editors show it, on one line.
 *
 * @param table the name of a constant of the file whose value is an object literal.
 */
export function tableComments(file: string, table: string): Map<string, string> {
  const source = ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest, true);
  const declaration = source.statements
    .filter(ts.isVariableStatement)
    .flatMap(({ declarationList }) => [...declarationList.declarations])
    .find(({ name }) => ts.isIdentifier(name) && name.text === table);
  if (declaration?.initializer === undefined || !ts.isObjectLiteralExpression(declaration.initializer)) {
    throw new Error(`${file}: no object ${table}`);
  }
  const comments = new Map<string, string>();
  for (const member of declaration.initializer.properties) {
    if (!ts.isPropertyAssignment(member) || !ts.isIdentifier(member.name)) continue;
    const comment = ts
      .getJSDocCommentsAndTags(member)
      .map((doc) => ts.getTextOfJSDocComment(doc.comment) ?? "")
      .join(" ");
    if (comment !== "") comments.set(member.name.text, comment.replaceAll(/\s+/g, " "));
  }
  return comments;
}
