"use strict";
/*
 * What a page tries on an endpoint, as a script of that page. Each attempt resolves with what the page has
 * learned: "nothing", or what it could read. The last part of each path tells the server which one it is.
 */
/* global EventSource, URLSearchParams, WebSocket, XMLHttpRequest, addEventListener, document, fetch, navigator */
globalThis.attempts = function attempts(endpoint) {
  const nothing = "nothing";
  const url = (mark) => `${endpoint}/_target/${mark}`;
  const settle = (wait) =>
    new Promise((resolve) => {
      wait(resolve);
    });

  const readable = async (request, init) => {
    try {
      const response = await fetch(request, init);
      // An opaque answer tells nothing: no status, no headers, no body.
      if (response.type === "opaque") return (await response.text()) === "" ? nothing : "opaque body";
      return `${response.status} ${await response.text()}`;
    } catch {
      return nothing;
    }
  };

  const element = (create) =>
    settle((done) => {
      const made = create();
      made.addEventListener("load", () => done("loaded"));
      made.addEventListener("error", () => done(nothing));
      document.body.append(made);
    });

  const frame = (open) =>
    settle((done) => {
      const made = document.createElement("iframe");
      made.name = `frame-${Math.random()}`;
      document.body.append(made);
      // The first load is that of the empty frame.
      made.addEventListener("load", () => {
        try {
          const href = made.contentWindow?.location.href ?? "none";
          if (href !== "about:blank") done(`read ${href} ${made.contentDocument?.body.textContent ?? ""}`);
        } catch {
          done(nothing);
        }
      });
      open(made.name);
    });

  const form = (mark, method, enctype) => () =>
    frame((target) => {
      const made = document.createElement("form");
      Object.assign(made, { action: url(mark), method, enctype, target });
      const field = document.createElement("input");
      Object.assign(field, { name: "Action", value: "CreateRole" });
      made.append(field);
      document.body.append(made);
      made.submit();
    });

  return {
    "fetch of a GET": () => readable(url("get"), {}),
    "fetch of plain text": () => readable(url("text"), { method: "POST", body: "{}" }),
    "fetch without a type": () =>
      readable(url("bytes"), { method: "POST", body: new Uint8Array([123, 125]) }),
    "fetch of a form": () =>
      readable(url("urlencoded"), { method: "POST", body: new URLSearchParams({ Action: "CreateRole" }) }),
    "fetch without CORS": () => readable(url("no-cors"), { method: "POST", mode: "no-cors", body: "{}" }),
    "fetch without CORS, reading": () => readable(url("no-cors-get"), { mode: "no-cors" }),
    "fetch without a referrer, with credentials": () =>
      readable(url("credentials"), { credentials: "include", referrerPolicy: "no-referrer" }),
    "fetch of JSON, after a preflight": () =>
      readable(url("json"), { method: "POST", headers: { "content-type": "application/json" }, body: "{}" }),
    "fetch with a signature, after a preflight": () =>
      readable(url("signed"), {
        method: "POST",
        headers: { authorization: "AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/lambda/aws4_request" },
        body: "{}",
      }),
    "fetch of another method, after a preflight": () => readable(url("put"), { method: "PUT" }),
    "an XMLHttpRequest": () =>
      settle((done) => {
        const request = new XMLHttpRequest();
        request.open("POST", url("xhr"));
        request.addEventListener("load", () => done(`${request.status} ${request.responseText}`));
        request.addEventListener("error", () => done(nothing));
        request.send("{}");
      }),
    "a form": form("form", "post", "application/x-www-form-urlencoded"),
    "a multipart form": form("multipart", "post", "multipart/form-data"),
    "a form of plain text": form("form-text", "post", "text/plain"),
    "a form that gets": form("form-get", "get", "application/x-www-form-urlencoded"),
    "a frame": () =>
      frame((name) => {
        document.querySelector(`iframe[name="${name}"]`)?.setAttribute("src", url("frame"));
      }),
    "a frame in a sandbox": () =>
      settle((done) => {
        const made = document.createElement("iframe");
        made.setAttribute("sandbox", "allow-scripts");
        made.srcdoc = `<script>fetch(${JSON.stringify(url("sandbox"))}, { method: "POST", body: "{}" })
          .then((answer) => answer.text()).catch(() => "nothing").then((text) => parent.postMessage(text, "*"))</script>`;
        addEventListener("message", ({ data }) => done(String(data)), { once: true });
        document.body.append(made);
      }),
    "a script": () => element(() => Object.assign(document.createElement("script"), { src: url("script") })),
    "a module": () =>
      element(() => Object.assign(document.createElement("script"), { type: "module", src: url("module") })),
    "an image": () => element(() => Object.assign(document.createElement("img"), { src: url("image") })),
    "a style sheet": () =>
      element(() => Object.assign(document.createElement("link"), { rel: "stylesheet", href: url("style") })),
    "an object": () =>
      element(() => Object.assign(document.createElement("object"), { data: url("object") })),
    "a video": () => element(() => Object.assign(document.createElement("video"), { src: url("video") })),
    "server-sent events": () =>
      settle((done) => {
        const source = new EventSource(url("events"));
        source.addEventListener("open", () => done("opened"));
        source.addEventListener("error", () => {
          source.close();
          done(nothing);
        });
      }),
    "a WebSocket": () =>
      settle((done) => {
        const socket = new WebSocket(url("socket").replace("http", "ws"));
        socket.addEventListener("open", () => done("opened"));
        socket.addEventListener("error", () => done(nothing));
      }),
    "a beacon": () => {
      // What comes back from a beacon is never told; whether it has arrived, the server knows.
      navigator.sendBeacon(url("beacon"), "{}");
      return Promise.resolve(nothing);
    },
  };
};
