// Node's inspector as Pulumi's SDK asks for it, which learns from it in which file each function is. To be told of all
// that has been loaded takes a while: it is done while the process waits anyway.
const inspector = require("node:inspector");

const PARSED = "Debugger.scriptParsed";

/** Connects, and learns of every script until the SDK does. */
exports.inspectEarly = function inspectEarly() {
  const session = new inspector.Session();
  const parsed = [];
  const note = (event) => parsed.push(event);
  session.connect();
  session.addListener(PARSED, note);
  session.post("Debugger.enable");
  const { addListener } = session;
  session.connect = () => undefined;
  session.addListener = (name, listener) => {
    if (name === PARSED) {
      session.off(PARSED, note);
      for (const event of parsed.splice(0)) listener(event);
    }
    return Reflect.apply(addListener, session, [name, listener]);
  };
  /** The module, whose first session is the one that has begun. */
  return {
    ...inspector,
    Session: class {
      constructor() {
        return session;
      }
    },
  };
};
