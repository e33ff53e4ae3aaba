/**
 * `npm run test:peers`: real SIP user agents, a real proxy and TFTP clients against linewatch. Finds SIPp, baresip, tshark,
 * Kamailio, tftp and curl on the PATH or unpacks the distribution's packages into the user's cache folder without root, tells the tests where
 * they are, runs the jest project `peers` and closes with one plain line of totals.
 *
 * The tests find in their environment: LINEWATCH_SIPP, LINEWATCH_BARESIP, LINEWATCH_TSHARK, LINEWATCH_KAMAILIO,
 * LINEWATCH_TFTP, LINEWATCH_CURL (programs that run as they are), LINEWATCH_BARESIP_MODULES (`module_path` for baresip's configuration) and
 * LINEWATCH_KAMAILIO_MODULES (`mpath` for Kamailio's). tshark listens on the loopback interface, for which it needs root
 * or CAP_NET_RAW.
 */
import { accessSync, constants, existsSync, mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { basename, delimiter, dirname, join } from 'node:path';
import { environmentOf, hasApt, unpackDebian } from './debian.mjs';
import { installDependencies } from './install.mjs';
import { runJest } from './jest.mjs';
import { root } from './paths.mjs';

const programs = { sipp: 'sip-tester', baresip: 'baresip-core', tshark: 'tshark' };
const proxies = { kamailio: ['kamailio', 'kamailio-presence-modules'] };
/** They load phones' files. */
const clients = { tftp: 'tftp-hpa', curl: 'curl' };

try {
  if (!readdirSync(join(root, 'test'), { recursive: true }).some((file) => String(file).endsWith('.peers.spec.ts'))) {
    console.log('there are no tests with real user agents yet (test/**/*.peers.spec.ts)');
    process.exit(0);
  }
  installDependencies((line) => console.error(`npm run test:peers: ${line}`));
  const totals = runJest('peers', { ...process.env, ...peers((line) => console.error(line)) });
  console.log(`${totals.passed} passed, ${totals.failed} failed`);
  process.exit(totals.failed === 0 && totals.passed > 0 ? 0 : 1);
} catch (error) {
  console.error(`npm run test:peers: ${error.message}`);
  process.exit(1);
}

/** Variables that say where the programs are: those on the PATH where all of a set are there, else the unpacked packages. */
function peers(tell) {
  const agents = setOf({ name: 'peers', wanted: programs, modular: 'baresip' }, tell);
  const proxy = setOf({ name: 'kamailio', wanted: proxies, modular: 'kamailio' }, tell);
  const { tftp, curl } = setOf({ name: 'file-clients', wanted: clients }, tell);
  return {
    LINEWATCH_SIPP: agents.sipp,
    LINEWATCH_BARESIP: agents.baresip,
    LINEWATCH_BARESIP_MODULES: agents.modules,
    LINEWATCH_TSHARK: agents.tshark,
    LINEWATCH_KAMAILIO: proxy.kamailio,
    LINEWATCH_KAMAILIO_MODULES: proxy.modules,
    LINEWATCH_TFTP: tftp,
    LINEWATCH_CURL: curl,
  };
}

/** Programs that come together, and the folder of modules of one of them, if that has any. */
function setOf({ name, wanted, modular }, tell) {
  const found = Object.fromEntries(Object.keys(wanted).map((program) => [program, onPath(program)]));
  const missing = Object.keys(found).filter((program) => !found[program]);
  const modules = missing.length === 0 && modular ? modulesBeside(found[modular]) : undefined;
  if (missing.length === 0 && (modules || !modular)) return { ...found, modules };
  const packages = Object.values(wanted).flat();
  if (!hasApt())
    throw new Error(
      `no ${missing.join(', ')} on this machine: install ${packages.join(', ')} (names of Debian and Ubuntu)`,
    );
  return unpacked(unpackDebian({ name, packages, tell }), Object.keys(wanted), modular);
}

function onPath(program) {
  const files = (process.env.PATH ?? '')
    .split(delimiter)
    .filter(Boolean)
    .map((folder) => join(folder, program));
  return files.find((file) => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Debian puts modules into /usr/lib/<program>, others into /usr/local/lib or a folder of the machine's kind. */
function modulesBeside(program) {
  const libraries = join(dirname(dirname(program)), 'lib');
  const kinds = existsSync(libraries) ? readdirSync(libraries).filter((name) => name.endsWith('-linux-gnu')) : [];
  const folders = ['', ...kinds].map((kind) => join(libraries, kind, basename(program), 'modules'));
  return folders.find((folder) => existsSync(folder));
}

/** Programs of an unpacked root need its libraries, so each gets a script that names them. */
function unpacked(folder, names, modular) {
  const scripts = join(dirname(folder), 'bin');
  mkdirSync(scripts, { recursive: true });
  const programOf = (name) =>
    ['usr/bin', 'usr/sbin'].map((part) => join(folder, part, name)).find((file) => existsSync(file)) ??
    failed(`the packages unpacked into ${folder} hold no ${name}`);
  const modules = modular && modulesBeside(programOf(modular));
  if (modular && !modules) failed(`the packages unpacked into ${folder} hold no modules of ${modular}`);
  const libraries = [environmentOf(folder, {}).LD_LIBRARY_PATH, ...(modules ? [dirname(modules)] : [])].join(delimiter);
  const data = existsSync(join(folder, 'usr/share/wireshark')) ? join(folder, 'usr/share/wireshark') : undefined;
  const script = (name) => {
    const file = join(scripts, name);
    const lines = [
      '#!/bin/sh',
      `export LD_LIBRARY_PATH=${quoted(libraries)}`,
      ...(data ? [`export WIRESHARK_DATA_DIR=${quoted(data)}`] : []),
      `exec ${quoted(programOf(name))} "$@"`,
      '',
    ];
    // Renamed into place: another run may be executing the present one.
    writeFileSync(`${file}.${process.pid}`, lines.join('\n'), { mode: 0o755 });
    renameSync(`${file}.${process.pid}`, file);
    return file;
  };
  return { ...Object.fromEntries(names.map((name) => [name, script(name)])), modules };
}

/** @throws {Error} */
function failed(what) {
  throw new Error(what);
}

function quoted(text) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
