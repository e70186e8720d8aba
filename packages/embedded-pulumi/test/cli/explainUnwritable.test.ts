import { expect } from "chai";
import { CommandError } from "../../src/cli/commandError";
import { explainUnwritable } from "../../src/cli/explainUnwritable";

describe("an error of the system", () => {
  const systemError = (code: string, syscall: string, path?: string) =>
    Object.assign(new Error(`${code}: ${syscall}`), { code, syscall, path });

  it("about the place of generated files is told in one line, with what to do", () => {
    for (const [code, reason] of [
      ["ENOSPC", "there is no space left"],
      ["EROFS", "the file system is read-only"],
      ["EACCES", "permission denied"],
      ["EDQUOT", "the quota is used up"],
    ] as const) {
      const told = explainUnwritable(systemError(code, "open", "/shop/.local/runs"));
      expect(told).to.be.instanceOf(CommandError);
      expect((told as Error).message).to.match(
        new RegExp(
          `^cannot write to /shop/.local/runs: ${reason} \\(${code}\\); .* --directory DIR .* LOCAL_DIRECTORY says$`,
        ),
      );
    }
    // So Node's recursive mkdir tells of a read-only file system.
    expect(String(explainUnwritable(systemError("ENOENT", "mkdir", "/mnt/shop/runs")))).to.match(
      /cannot write to \/mnt\/shop\/runs: no folder can be made there \(ENOENT\); .* --directory DIR/,
    );
    expect(String(explainUnwritable(systemError("ENOSPC", "write")))).to.match(/cannot write to .*\.local: /);
  });

  it("that the cloud or the program told of loses its stack there", () => {
    const failure = 'Function "scale": InternalFailure: Error: ENOSPC: no space left on device, write';
    const told = explainUnwritable(
      new CommandError(`${failure}\n    at writeSync (node:fs:977:3)\n    at main`),
    );
    expect((told as Error).message).to.match(/device, write; generated files lie in [^\n]+$/);
    const other = new CommandError("no stack");
    expect(explainUnwritable(other)).to.equal(other);
  });

  it("about anything else stays what it is", () => {
    for (const error of [
      systemError("EACCES", "listen"),
      systemError("ENOENT", "open"),
      new Error("EROFS"),
      "EROFS",
    ])
      expect(explainUnwritable(error)).to.equal(error);
  });
});
