import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { readSettings } from '@linewatch/runtime';

const root = join(__dirname, '..', '..');
const dclint = join(root, 'node_modules', 'dclint');
// The YAML reader that dclint itself brings.
const yaml = createRequire(join(dclint, 'package.json'))('yaml') as { parse(text: string, options: object): unknown };

interface Service {
  readonly image: string;
  readonly build?: { readonly dockerfile: string; readonly target: string };
  readonly user?: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly healthcheck?: { readonly test?: readonly string[]; readonly disable?: boolean };
  readonly restart?: string;
  readonly privileged?: boolean;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
}

const compose = yaml.parse(readFileSync(join(root, 'docker-compose.yml'), 'utf8'), { merge: true }) as {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
};
const services = Object.entries(compose.services);
const dockerfile = readFileSync(join(root, 'deploy', 'Dockerfile'), 'utf8');
const ours = services.filter(([, { image }]) => image.startsWith('linewatch:'));

/** `${NAME:-value}` as compose resolves it when NAME is not set. */
const resolved = (environment: Readonly<Record<string, string>>) =>
  Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [name, value.replace(/\$\{\w+:-([^}]*)\}/g, '$1')]),
  );

describe('docker-compose.yml', () => {
  it('has nothing in it that dclint knows to be wrong', () => {
    const style = ['service-keys-order', 'services-alphabetical-order', 'top-level-properties-order'];
    // One image for all services has a name, so that it is built once.
    const disabled = [...style, 'no-build-and-image'].flatMap((rule) => ['--disable-rule', rule]);
    const args = [join(dclint, 'bin', 'dclint.cjs'), 'docker-compose.yml', '--max-warnings', '0', ...disabled];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
    expect({ status, said: `${stdout}${stderr}`.trim() }).toEqual({ status: 0, said: '' });
  });

  it('runs every service that this clone has, and a NATS and a Redis', () => {
    const written = readdirSync(join(root, 'services')).filter((name) =>
      readdirSync(join(root, 'services', name, 'src')).includes('main.ts'),
    );
    expect(Object.keys(compose.services)).toEqual(expect.arrayContaining([...written, 'nats', 'redis']));
  });

  it.each(ours)('starts %s as the program of that name from the one image', (name, service) => {
    expect(service.build).toMatchObject({ dockerfile: 'deploy/Dockerfile', target: 'linewatch' });
    expect(service.command?.[0]).toBe(name === 'startup-config' ? 'import-config' : name);
  });

  it.each(services)('checks the health of %s, unless it runs once', (_name, { healthcheck, restart }) => {
    if (restart === 'no') expect(healthcheck).toEqual({ disable: true });
    else expect(healthcheck?.test?.[0]).toBe('CMD');
  });

  it.each(services)('does not run %s as root', (_name, { user, privileged }) => {
    expect(user).toMatch(/^(node|[1-9]\d*:[1-9]\d*)$/);
    expect(privileged).toBeUndefined();
  });

  it.each(ours)('gives %s settings that it understands, and no others', (name, { environment = {} }) => {
    const own = readdirSync(join(root, 'services'), { recursive: true }).map(String);
    const sources = own.filter((file) => file.startsWith(`${name}/`) && file.endsWith('.ts'));
    const known = ['libs/runtime/src/settings.ts', ...sources.map((file) => join('services', file))]
      .map((file) => readFileSync(join(root, file), 'utf8'))
      .join('\n');
    for (const variable of Object.keys(environment)) expect(known).toContain(`  ${variable}: z`);
    expect(() => readSettings(resolved(environment), {})).not.toThrow();
  });

  it.each(ours)('starts %s after what it needs', (_name, { depends_on = {} }) => {
    for (const [needed, { condition }] of Object.entries(depends_on)) {
      const once = compose.services[needed]?.restart === 'no';
      expect(condition).toBe(once ? 'service_completed_successfully' : 'service_healthy');
    }
    expect(Object.keys(depends_on)).toContain('nats');
  });

  it('offers NATS and Redis to this machine alone', () => {
    const published = services.flatMap(([, { ports = [] }]) => ports);
    expect(published.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
  });

  it('keeps the streams in a volume, where the configuration of NATS puts them', () => {
    expect(Object.keys(compose.volumes)).toEqual(['flash', 'keys', 'streams']);
    expect(compose.services['nats']?.volumes).toEqual(['streams:/data']);
    expect(readFileSync(join(root, 'deploy', 'nats', 'nats.conf'), 'utf8')).toMatch(/store_dir: \/data\n/);
  });
});

describe('deploy/Dockerfile', () => {
  it('ends every image that is run with a user that is not root', () => {
    for (const target of ['nats', 'linewatch']) {
      const stage = dockerfile.split(/^FROM /m).find((part) => part.split('\n')[0]?.endsWith(` AS ${target}`));
      expect(stage?.match(/^USER .+$/gm)?.at(-1)).toMatch(/^USER (node|1000:1000)$/);
    }
  });

  it('copies only what is there', () => {
    const copies = [...dockerfile.matchAll(/^COPY (?!--from)(?:--\S+ )*(.+) \S+$/gm)].flatMap(([, from = '']) =>
      from.split(' '),
    );
    expect(copies).toEqual(expect.arrayContaining(['deploy/nats/nats.conf', 'deploy/run-program.sh']));
    for (const file of copies)
      expect(() => readFileSync(join(root, file === '.' ? 'package.json' : file))).not.toThrow();
  });
});
