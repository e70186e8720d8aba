"use strict";
const http = require("node:http");

/** A client of the Runtime API. When the API cannot be reached, the cloud is gone: `onLost` ends the process. */
exports.runtimeApi = function runtimeApi(address, onLost) {
  // One connection is enough, since next and response take turns; keeping it open saves a handshake each.
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const base = `http://${address}/2018-06-01/runtime`;

  function request(method, path, body, contentType) {
    return new Promise((resolve) => {
      const headers =
        body === undefined ? {} : { "content-type": contentType, "content-length": Buffer.byteLength(body) };
      const sent = http.request(base + path, { method, agent, headers }, (response) => {
        const chunks = [];
        response.on("data", (chunk) => chunks.push(chunk));
        response.on("end", () =>
          resolve({ headers: response.headers, body: Buffer.concat(chunks).toString("utf8") }),
        );
        response.on("error", onLost);
      });
      sent.on("error", () => {
        // The server may close a connection that has stood idle during a long invocation; a new one will do.
        if (sent.reusedSocket) resolve(request(method, path, body, contentType));
        else onLost();
      });
      sent.end(body);
    });
  }

  return {
    next: () => request("GET", "/invocation/next"),
    post(path, body) {
      // How much memory the process has had at most stands in the REPORT line of each invocation.
      const used = Math.ceil(process.resourceUsage().maxRSS / 1024);
      return request("POST", path, body, `application/json; max-memory-used-mb=${used}`);
    },
  };
};
