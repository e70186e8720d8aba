import js from "@eslint/js";
import prettier from "eslint-config-prettier";
import tseslint from "typescript-eslint";

/** One restriction of who may import whom; the reasons stand in CONTRIBUTING.md. */
const mayNotImport = (files, group, message) => ({
  files,
  rules: { "no-restricted-imports": ["error", { patterns: group.map((g) => ({ ...g, message })) }] },
});

/** Arguments lie on the stack: some hundred thousand of them overflow it. */
const noLongArguments = [
  "error",
  {
    selector: "CallExpression[callee.object.name='Math'] > SpreadElement",
    message: "A long list overflows the stack: use largest or smallest of local/lists.ts, or a loop.",
  },
  {
    selector:
      "CallExpression[callee.property.name=/^(push|unshift|splice|fromCharCode|fromCodePoint)$/] > SpreadElement",
    message: "A long list overflows the stack: use appendAll of local/lists.ts, or a loop.",
  },
];

export default tseslint.config(
  { ignores: ["node_modules", ".local"] },
  js.configs.recommended,
  { rules: { "no-restricted-syntax": noLongArguments } },
  {
    files: ["**/*.ts"],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/consistent-type-imports": ["error", { disallowTypeAnnotations: false }],
      "@typescript-eslint/restrict-template-expressions": [
        "error",
        { allowNumber: true, allowBoolean: true },
      ],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { considerDefaultExhaustiveForUnions: true },
      ],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
    },
  },
  {
    // chai's assertions are expressions, fixtures may index what they have just made, and their lists are short.
    files: ["test/**/*.ts"],
    rules: {
      "no-restricted-syntax": "off",
      "@typescript-eslint/no-unused-expressions": "off",
      "@typescript-eslint/no-non-null-assertion": "off",
    },
  },
  {
    // What strangers send to the embedded cloud may nest without end and name members as they like.
    files: ["local/cloud/**/*.ts"],
    ignores: ["local/cloud/core/parseJson.ts", "local/cloud/core/record.ts"],
    rules: {
      "no-restricted-properties": [
        "error",
        { object: "JSON", property: "parse", message: "Use parseJson of core/parseJson.ts." },
        { object: "v", property: "record", message: "Use record of core/record.ts." },
      ],
    },
  },
  mayNotImport(
    ["handlers/**/*.ts"],
    [{ group: ["@pulumi/*", "**/components/**", "**/local/**"] }],
    "Handlers run inside Lambda: the AWS SDK and pure logic only.",
  ),
  mayNotImport(
    ["components/**/*.ts", "config.ts", "index.ts"],
    [{ group: ["**/local/**"] }, { group: ["**/handlers/**"], allowTypeImports: true }],
    "What is deployed knows the types of handlers, and nothing of local/.",
  ),
  mayNotImport(
    ["local/**/*.ts"],
    [
      {
        group: ["**/components/**", "**/handlers/**", "../index", "../config"],
        allowTypeImports: true,
      },
    ],
    "local/ runs the program from outside, as the Pulumi engine does; it never imports it.",
  ),
  {
    files: ["**/*.mjs", "**/*.cjs"],
    languageOptions: {
      globals: {
        process: "readonly",
        require: "readonly",
        __dirname: "readonly",
        module: "writable",
        console: "readonly",
        Buffer: "readonly",
        URL: "readonly",
        setTimeout: "readonly",
        clearTimeout: "readonly",
      },
    },
  },
  prettier,
);
