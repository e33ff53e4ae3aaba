/**
 * Programs of this clone as one file each in `dist/`, with a source map beside it. A program is bundled again only when
 * something it is made of has changed.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { root } from './paths.mjs';

/**
 * What a bundle leaves out: optional packages for which Nest looks at run time, native helpers that ssh2 does without,
 * and servers of tests in containers.
 */
const external = [
  '*.node',
  'cpu-features',
  '@grpc/grpc-js',
  '@grpc/proto-loader',
  '@nestjs/websockets',
  'amqp-connection-manager',
  'amqplib',
  'class-transformer',
  'class-validator',
  'kafkajs',
  'mqtt',
  '@testcontainers/*',
  'testcontainers',
];

/** @type {import('esbuild').BuildOptions} */
const settings = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  outdir: 'dist',
  outExtension: { '.js': '.cjs' },
  sourcemap: 'linked',
  sourcesContent: false,
  tsconfig: 'tsconfig.json',
  external,
  metafile: true,
  write: false,
  logLevel: 'silent',
  // package.json says that our modules have no side effects, so that a program holds only what it uses.
  logOverride: { 'ignored-bare-import': 'error' },
};

/**
 * Bundles programs, all stale ones in one build.
 * @param {Record<string, string>} entries  name in `dist/` (`sip-edge`) → entry, relative to the clone's root
 * @returns {Promise<Record<string, string>>} name → absolute path of the bundle
 * @throws {Error} with the compiler's first errors, each with file and line
 */
export async function bundle(entries) {
  const key = hash([
    JSON.stringify(settings),
    ...['package.json', 'tsconfig.json', 'node_modules/.package-lock.json'].map(textOf),
  ]);
  const files = Object.fromEntries(Object.keys(entries).map((name) => [name, join(root, 'dist', `${name}.cjs`)]));
  const stale = Object.fromEntries(
    Object.entries(entries).filter(([name, entry]) => !isFresh(files[name], `${key} ${entry}`)),
  );
  if (Object.keys(stale).length > 0) await build(stale, files, key);
  return files;
}

async function build(entries, files, key) {
  const esbuild = await import('esbuild').catch(() => {
    throw new Error('the compiler is missing (esbuild): run npm ci');
  });
  const entryPoints = Object.entries(entries).map(([name, entry]) => ({ in: join(root, entry), out: name }));
  const { outputFiles, metafile } = await esbuild
    .build({ ...settings, entryPoints })
    .catch((error) => {
      throw new Error(firstErrors(error));
    })
    .finally(() => esbuild.stop());
  // The map goes first: two builds may race, and the file that is run is never one half of two.
  for (const { path, contents } of outputFiles.sort(
    (a, b) => Number(b.path.endsWith('.map')) - Number(a.path.endsWith('.map')),
  ))
    put(path, contents);
  for (const [name, entry] of Object.entries(entries)) {
    const output = metafile.outputs[relative(root, files[name]).replaceAll('\\', '/')];
    const own = Object.keys(output.inputs).filter((input) => !input.includes('node_modules/'));
    // All of the program's sources, also those of which nothing was left in the output.
    const reached = reachedFrom(entry, metafile.inputs);
    const inputs = Object.fromEntries(
      [...new Set([...own, ...reached])].map((input) => [input, hash([textOf(input)])]),
    );
    put(
      `${files[name]}.inputs.json`,
      JSON.stringify({ key: `${key} ${entry}`, output: hash([readFileSync(files[name])]), inputs }),
    );
  }
}

/** Own files that `entry` imports, directly or not. */
function reachedFrom(entry, inputs) {
  const seen = new Set();
  const open = [entry];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (seen.has(path) || path.includes('node_modules/')) continue;
    seen.add(path);
    for (const { path: next, external } of inputs[path]?.imports ?? []) if (!external) open.push(next);
  }
  return seen;
}

function isFresh(file, key) {
  try {
    const known = JSON.parse(readFileSync(`${file}.inputs.json`, 'utf8'));
    return (
      known.key === key &&
      known.output === hash([readFileSync(file)]) &&
      Object.entries(known.inputs).every(([input, was]) => hash([textOf(input)]) === was)
    );
  } catch {
    return false;
  }
}

/** Errors as `services/x/src/y.ts:12:3: text`, at most five. */
function firstErrors({ errors, message }) {
  if (!errors?.length) return message;
  const lines = errors.map(({ text, location }) =>
    location ? `${location.file}:${location.line}:${location.column + 1}: ${text}` : text,
  );
  return ['the sources do not compile:', ...lines.slice(0, 5)].join('\n');
}

function put(file, contents) {
  mkdirSync(dirname(file), { recursive: true });
  const written = `${file}.${process.pid}`;
  writeFileSync(written, contents);
  renameSync(written, file);
}

/** The text of a file of the clone; empty when there is none. */
function textOf(path) {
  try {
    return readFileSync(join(root, path));
  } catch {
    return '';
  }
}

function hash(parts) {
  const digest = createHash('sha256');
  for (const part of parts) digest.update(part).update('\0');
  return digest.digest('hex');
}
