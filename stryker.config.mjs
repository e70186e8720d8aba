/**
 * `npm run mutate -- [--mutate FILES]`: changes the handlers' code in small ways, one at a time, and runs their unit tests
 * against each: a change that no test notices is code that no test holds. Minutes a file, so by hand, and not in CI.
 */
export default {
  mutate: ["handlers/**/*.ts", "!handlers/*.ts"],
  plugins: ["./test/support/mutation/mocha.mjs"],
  testRunner: "mocha12",
  // For the plugin.
  mochaRequire: ["tsx/cjs", "./test/support/seed.ts"],
  mochaFiles: ["test/unit/handlers/{orders,scaling,shared}/**/*.test.ts"],
  warnings: { unknownOptions: false },
  // Each change runs only the tests that reach it.
  coverageAnalysis: "perTest",
  // Tests that wait for nothing need no more; a change may make a loop of one that ends.
  timeoutMS: 10_000,
  concurrency: 1,
  mutator: {
    excludedMutations: [
      // Of a word in a message no test should hold more than its sense.
      "StringLiteral",
      // A `?.` that is needed and goes does not compile, and one that is not needed ESLint refuses.
      "OptionalChaining",
    ],
  },
  ignorePatterns: ["/.*", "/bench", "/examples", "/test/system", "/test/provider"],
  reporters: ["clear-text", "progress"],
  clearTextReporter: { allowColor: false, reportTests: false, logTests: false },
  tempDirName: ".local/mutation",
};
