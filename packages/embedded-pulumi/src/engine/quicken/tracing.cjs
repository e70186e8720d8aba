// OpenTelemetry as Pulumi's runner asks for it: a fifth of what it loads, for spans that it sends nowhere unless it is
// told where to. Its interface alone, @opentelemetry/api, is small, and is loaded as ever.

/** Whether the runner's module `filename` asks for `request` in order to send spans. */
exports.sendsSpans = function sendsSpans(request, filename) {
  return /[\\/]cmd[\\/]run[\\/]tracing\.js$/.test(filename) && /^@opentelemetry\/(?!api$)/.test(request);
};

/** A package of functions and classes, which is loaded when the first of them is called. */
exports.whenCalled = function whenCalled(load) {
  let loaded;
  const real = () => (loaded ??= load());
  const members = new Map();
  const member = (name) =>
    new Proxy(function () {}, {
      get: (_, property) => real()[name][property],
      apply: (_, self, given) => Reflect.apply(real()[name], self, given),
      construct: (_, given) => Reflect.construct(real()[name], given),
    });
  return new Proxy(
    {},
    {
      get(_, name) {
        if (!members.has(name)) members.set(name, member(name));
        return members.get(name);
      },
      has: (_, name) => name in real(),
    },
  );
};
