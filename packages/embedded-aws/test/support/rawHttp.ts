import { connect } from "node:net";

/**
 * Sends bytes as they are and resolves with all that comes back until the server ends the connection: for
 * requests that no HTTP client would send.
 */
export function sendRaw(endpoint: string, text: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = "";
    const socket = connect(Number(new URL(endpoint).port), "127.0.0.1", () => socket.write(text));
    socket.setEncoding("latin1");
    socket.on("data", (chunk) => (answer += String(chunk)));
    socket.on("error", () => undefined);
    socket.on("close", () => {
      resolve(answer);
    });
  });
}
