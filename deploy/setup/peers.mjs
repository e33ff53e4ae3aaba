/**
 * `npm run test:peers`: real SIP user agents against linewatch. Finds SIPp, baresip and tshark on the PATH or unpacks
 * the distribution's packages into the user's cache folder without root, tells the tests where they are, runs the jest
 * project `peers` and closes with one plain line of totals.
 *
 * The tests find in their environment: LINEWATCH_SIPP, LINEWATCH_BARESIP, LINEWATCH_TSHARK (programs that run as they
 * are) and LINEWATCH_BARESIP_MODULES (`module_path` for baresip's configuration). tshark listens on the loopback
 * interface, for which it needs root or CAP_NET_RAW.
 */
import { accessSync, constants, existsSync, mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { environmentOf, hasApt, unpackDebian } from './debian.mjs';
import { installDependencies } from './install.mjs';
import { runJest } from './jest.mjs';
import { root } from './paths.mjs';

const programs = { sipp: 'sip-tester', baresip: 'baresip-core', tshark: 'tshark' };

try {
  if (!readdirSync(join(root, 'test'), { recursive: true }).some((file) => String(file).endsWith('.peers.spec.ts'))) {
    console.log('there are no tests with real user agents yet (test/**/*.peers.spec.ts)');
    process.exit(0);
  }
  installDependencies((line) => console.error(`npm run test:peers: ${line}`));
  const { passed, failed } = runJest('peers', { ...process.env, ...peers((line) => console.error(line)) });
  console.log(`${passed} passed, ${failed} failed`);
  process.exit(failed === 0 && passed > 0 ? 0 : 1);
} catch (error) {
  console.error(`npm run test:peers: ${error.message}`);
  process.exit(1);
}

/** Variables that say where the programs are. All come from one place: the PATH, else the unpacked packages. */
function peers(tell) {
  const found = Object.fromEntries(Object.keys(programs).map((program) => [program, onPath(program)]));
  const missing = Object.keys(found).filter((program) => !found[program]);
  const modules = missing.length === 0 ? modulesBeside(found.baresip) : undefined;
  if (modules) return variables({ ...found, modules });
  const packages = Object.values(programs);
  if (!hasApt())
    throw new Error(
      `no ${missing.join(', ')} on this machine: install ${packages.join(', ')} (names of Debian and Ubuntu)`,
    );
  return unpacked(unpackDebian({ name: 'peers', packages, tell }));
}

function variables({ sipp, baresip, tshark, modules }) {
  return {
    LINEWATCH_SIPP: sipp,
    LINEWATCH_BARESIP: baresip,
    LINEWATCH_BARESIP_MODULES: modules,
    LINEWATCH_TSHARK: tshark,
  };
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

/** Debian puts the modules into /usr/lib/baresip, others into /usr/local/lib or a folder of the machine's kind. */
function modulesBeside(baresip) {
  const libraries = join(dirname(dirname(baresip)), 'lib');
  const kinds = existsSync(libraries) ? readdirSync(libraries).filter((name) => name.endsWith('-linux-gnu')) : [];
  const folders = ['', ...kinds].map((kind) => join(libraries, kind, 'baresip', 'modules'));
  return folders.find((folder) => existsSync(folder));
}

/** Programs of an unpacked root need its libraries, so each gets a script that names them. */
function unpacked(folder) {
  const scripts = join(dirname(folder), 'bin');
  mkdirSync(scripts, { recursive: true });
  const { LD_LIBRARY_PATH } = environmentOf(folder, {});
  const data = existsSync(join(folder, 'usr/share/wireshark')) ? join(folder, 'usr/share/wireshark') : undefined;
  const script = (program) => {
    const file = join(scripts, program);
    const lines = [
      '#!/bin/sh',
      `export LD_LIBRARY_PATH=${quoted(LD_LIBRARY_PATH)}`,
      ...(data ? [`export WIRESHARK_DATA_DIR=${quoted(data)}`] : []),
      `exec ${quoted(join(folder, 'usr/bin', program))} "$@"`,
      '',
    ];
    // Renamed into place: another run may be executing the present one.
    writeFileSync(`${file}.${process.pid}`, lines.join('\n'), { mode: 0o755 });
    renameSync(`${file}.${process.pid}`, file);
    return file;
  };
  const modules = modulesBeside(join(folder, 'usr/bin/baresip'));
  if (!modules) throw new Error(`the package baresip-core unpacked into ${folder} holds no modules`);
  return variables({ sipp: script('sipp'), baresip: script('baresip'), tshark: script('tshark'), modules });
}

function quoted(text) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
