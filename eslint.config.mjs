import js from "@eslint/js";
import prettier from "eslint-config-prettier";
import tseslint from "typescript-eslint";

/** Arguments lie on the stack: some hundred thousand of them overflow it. */
const noLongArguments = [
  "error",
  {
    selector: "CallExpression[callee.object.name='Math'] > SpreadElement",
    message: "A long list overflows the stack: use largest or smallest of core/lists.ts, or a loop.",
  },
  {
    selector:
      "CallExpression[callee.property.name=/^(push|unshift|splice|fromCharCode|fromCodePoint)$/] > SpreadElement",
    message: "A long list overflows the stack: use appendAll of core/lists.ts, or a loop.",
  },
];

// Who may import whom is the matter of .dependency-cruiser.cjs.
export default tseslint.config(
  { ignores: ["node_modules", ".local"] },
  js.configs.recommended,
  { rules: { "no-restricted-syntax": noLongArguments } },
  {
    files: ["**/*.ts", "**/*.tsx"],
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
    files: ["test/**/*.ts", "packages/*/test/**/*.ts"],
    rules: {
      "no-restricted-syntax": "off",
      "@typescript-eslint/no-unused-expressions": "off",
      "@typescript-eslint/no-non-null-assertion": "off",
    },
  },
  {
    // What strangers send to the embedded cloud may nest without end and name members as they like.
    files: ["packages/embedded-aws/src/**/*.ts"],
    ignores: ["packages/embedded-aws/src/core/parseJson.ts", "packages/embedded-aws/src/core/record.ts"],
    rules: {
      "no-restricted-properties": [
        "error",
        { object: "JSON", property: "parse", message: "Use parseJson of core/parseJson.ts." },
        { object: "v", property: "record", message: "Use record of core/record.ts." },
      ],
    },
  },
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
