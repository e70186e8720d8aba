"use strict";

/**
 * Output and answers travel on different pipes. A marker at the end of an invocation's output tells the cloud
 * that it has read all of it, so that each line belongs to the right invocation.
 */
exports.outputMarker = function outputMarker() {
  const streams = [process.stdout, process.stderr].map((stream) => stream.write.bind(stream));
  return (id) => {
    for (const write of streams) write(`\0${id}\n`);
  };
};
