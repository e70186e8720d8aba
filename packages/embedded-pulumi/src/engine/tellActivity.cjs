// Loaded into the program's process before anything else: tells the engine, when it asks, what keeps the process
// running. The channel to the engine does not, nor does it change how a program ends.
process.on("message", () => {
  process.send?.({ active: process.getActiveResourcesInfo() }, () => undefined);
});
process.channel?.unref();
