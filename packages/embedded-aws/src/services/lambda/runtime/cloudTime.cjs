"use strict";
const { performance } = require("node:perf_hooks");

/**
 * Puts the cloud's clock in the place of the machine's: from here on `Date` starts at `nowMs` and runs `rate`
 * seconds per real second (0: it stands still, as under a test's stopped clock).
 */
exports.cloudTime = function cloudTime(nowMs, rate) {
  const RealDate = Date;
  let base = nowMs;
  let realBase = performance.now();
  const now = () => Math.floor(base + (performance.now() - realBase) * rate);

  const CloudDate = new Proxy(RealDate, {
    construct: (target, args, newTarget) =>
      Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
    apply: () => new RealDate(now()).toString(),
    get: (target, property, receiver) => (property === "now" ? now : Reflect.get(target, property, receiver)),
  });
  RealDate.prototype.constructor = CloudDate;
  globalThis.Date = CloudDate;

  return {
    set(newNowMs, newRate) {
      base = newNowMs;
      realBase = performance.now();
      rate = newRate;
    },
  };
};
