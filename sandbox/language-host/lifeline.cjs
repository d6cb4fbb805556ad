"use strict";
// Loaded before a program or a policy pack: ends it when the language host, which holds the other end of its standard
// input, is gone for whatever reason. Does not keep the process alive by itself.
process.stdin.resume().on("close", () => process.exit(1));
process.stdin.unref();
