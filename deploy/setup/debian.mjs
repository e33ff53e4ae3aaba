/**
 * Programs of Debian and Ubuntu without root and without touching the machine: packages are downloaded with private
 * apt folders and unpacked into a private cache folder. apt still checks the distribution's signatures.
 */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, join } from 'node:path';
import { cacheFolder } from './paths.mjs';

/** Whether this is a machine on which the recipe works. */
export function hasApt() {
  return existsSync('/usr/bin/apt-get') && existsSync('/usr/bin/dpkg-deb');
}

/**
 * Unpacks packages and what they need beyond what the machine has.
 * @param {object} wanted
 * @param {string} wanted.name         folder in the cache; unpacked once, used ever after
 * @param {string[]} wanted.packages
 * @param {string} [wanted.suite]      a suite other than the machine's own (then no dependencies are followed)
 * @param {(line: string) => void} [wanted.tell]
 * @returns {string} the folder that holds `usr/…`
 * @throws {Error} with one line that says what failed
 */
export function unpackDebian({ name, packages, suite, tell = () => {} }) {
  const home = join(cacheFolder(), suite ? `${name}-${suite}` : `${name}-${codename()}`);
  const unpacked = join(home, 'root');
  if (existsSync(unpacked)) return unpacked;
  mkdirSync(home, { recursive: true });
  tell(`fetching ${packages.join(', ')} from ${suite ?? 'the distribution'} into ${home}`);
  const work = mkdtempSync(join(home, 'work-'));
  try {
    download(work, packages, suite);
    const staging = join(work, 'root');
    mkdirSync(staging);
    for (const file of readdirSync(work).filter((entry) => entry.endsWith('.deb'))) {
      run('dpkg-deb', ['-x', join(work, file), staging]);
    }
    // Two set-ups may have raced: the first one to rename wins, both are alike.
    if (!existsSync(unpacked)) renameSync(staging, unpacked);
    return unpacked;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** The environment in which programs of an unpacked root find their libraries and each other. */
export function environmentOf(unpacked, env = process.env) {
  const libraries = [];
  for (const base of ['usr/lib', 'lib']) {
    const folder = join(unpacked, base);
    if (!existsSync(folder)) continue;
    libraries.push(folder);
    for (const entry of readdirSync(folder)) if (/-linux-gnu/.test(entry)) libraries.push(join(folder, entry));
  }
  const programs = ['usr/bin', 'usr/sbin'].map((folder) => join(unpacked, folder));
  return {
    ...env,
    PATH: [...programs, env.PATH].join(delimiter),
    LD_LIBRARY_PATH: [...libraries, env.LD_LIBRARY_PATH].filter(Boolean).join(delimiter),
  };
}

/** Downloads into `work`: first with the package lists the machine has, then with fresh private ones. */
function download(work, packages, suite) {
  const ownLists = ['-o', `Dir::Cache=${work}/cache`, '-o', 'APT::Sandbox::User=', '-o', 'Debug::NoLocking=1'];
  mkdirSync(join(work, 'lists', 'partial'), { recursive: true });
  mkdirSync(join(work, 'cache', 'archives', 'partial'), { recursive: true });
  writeFileSync(join(work, 'status'), '');
  const freshLists = [...ownLists, '-o', `Dir::State::lists=${work}/lists`];
  if (suite) {
    writeFileSync(join(work, 'sources.list'), `deb ${mirrorOf(ownLists)} ${suite} main\n`);
    const options = [...freshLists, '-o', `Dir::Etc::sourcelist=${work}/sources.list`, '-o', 'Dir::Etc::sourceparts=-'];
    run('apt-get', [...options, '-q', 'update'], work);
    run('apt-get', [...options, '-o', `Dir::State::status=${work}/status`, 'download', ...packages], work);
    return;
  }
  try {
    fetchWithNeeds(work, ownLists, packages);
  } catch {
    // The machine has no lists, or old ones. One source that fails is no reason to stop: the download decides.
    spawnSync('apt-get', [...freshLists, '-q', 'update'], { cwd: work, stdio: 'ignore' });
    fetchWithNeeds(work, freshLists, packages);
  }
}

/** Downloads the packages and those of their dependencies that the machine lacks. */
function fetchWithNeeds(work, options, packages) {
  const plan = run('apt-get', [...options, '-s', 'install', '--no-install-recommends', ...packages], work);
  const missing = [...plan.matchAll(/^Inst (\S+)/gm)].map((match) => String(match[1]));
  // What is installed already is wanted here too: its files must be in the folder. The empty status lets apt fetch it.
  const all = [...new Set([...packages, ...missing])];
  run('apt-get', [...options, '-o', `Dir::State::status=${work}/status`, 'download', ...all], work);
}

/** The mirror from which this machine's own suite comes. */
function mirrorOf(options) {
  const release = codename();
  const lines = run('apt-get', [...options, 'indextargets', '--format', '$(CODENAME) $(REPO_URI)']).split('\n');
  const found = lines.find((line) => line.startsWith(`${release} `));
  if (!found) throw new Error(`apt knows no mirror of ${release}`);
  return found.slice(release.length + 1);
}

/** The code name of the distribution, such as `bookworm`. */
function codename() {
  const text = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
  return /^VERSION_CODENAME=(\S+)$/m.exec(text)?.[1] ?? 'unknown';
}

function run(command, args, cwd) {
  const result = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    env: { ...process.env, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' },
  });
  if (result.status === 0) return result.stdout;
  const reason = result.error?.message ?? result.stderr.trim().split('\n').slice(-3).join(' ');
  const words = args.filter((arg, index) => arg !== '-o' && args[index - 1] !== '-o');
  throw new Error(`${command} ${words.slice(0, 6).join(' ')} failed: ${reason}`);
}
