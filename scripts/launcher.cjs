#!/usr/bin/env node
'use strict';
// The program's first file, `dist/cli.cjs`; the build fills BUILD in. V8's compiled form of the core is kept beside the core:
// compiling it, and each function of it when it is first called, takes a third of a start. Who can write it could as well
// write the core itself. It holds code, no value of a run.
const { accessSync, constants, readFileSync, renameSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');

const file = join(__dirname, 'core.cjs');
const cache = join(__dirname, `core-BUILD-${process.version}-${process.arch}.cache`);

start();

function start() {
  // What `require('node:module')` gives, without making its public face.
  const Module = module.constructor;
  const { Script } = require('node:vm');
  const cachedData = readCache();
  const script = new Script(Module.wrap(readFileSync(file, 'latin1')), { filename: file, cachedData });
  const core = new Module(file, module);
  // Files that load later ask for the core by its name, and have to get this one.
  require.cache[file] = core;
  script.runInThisContext()(core.exports, Module.createRequire(file), core, file, __dirname);
  core.loaded = true;
  const known = cachedData !== undefined && !script.cachedDataRejected;
  // When the command takes over: nobody waits for it, and the functions that a run needs are compiled.
  core.exports.start(known ? undefined : () => writeCache(script));
}

function readCache() {
  try {
    return readFileSync(cache);
  } catch {
    return undefined;
  }
}

function writeCache(script) {
  const fresh = `${cache}.${process.pid}`;
  try {
    accessSync(__dirname, constants.W_OK);
    writeFileSync(fresh, script.createCachedData(), { flag: 'wx' });
    renameSync(fresh, cache);
  } catch {
    // Installed by somebody else, or no room: it only saves time.
  }
}
