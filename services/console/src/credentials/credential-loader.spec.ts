import { type AppendOptions, type BusEvent, ConflictError, makeSubjects, type Stored } from '@linewatch/bus';
import { applyCommands, type Config, emptyConfig } from '@linewatch/config';
import { Metrics } from '@linewatch/runtime';
import { digestHa1 } from '@linewatch/sip';
import { CredentialLoader } from './credential-loader';
import { FetchError } from './fetch-error';

/** The last event of each subject, as CREDENTIALS keeps it. */
class MemoryStream {
  readonly subjects = makeSubjects();
  readonly appended: BusEvent[] = [];
  private readonly lasts = new Map<string, Stored>();

  last = async (subject: string): Promise<Stored | undefined> => this.lasts.get(subject);

  async append(subject: string, event: BusEvent, { expectLast }: AppendOptions = {}) {
    const actual = this.lasts.get(subject)?.streamSeq ?? 0;
    if (expectLast !== actual) throw new ConflictError(subject, expectLast ?? -1, actual);
    const seq = this.appended.push(event);
    this.lasts.set(subject, { address: subject, event, streamSeq: seq } as Stored);
    return { seq, duplicate: false };
  }
}

const GLOBAL = ['voice register global', ' mode cme', ' authenticate realm lw.example'];

function setUp(...commands: string[]) {
  let config: Config = applyCommands(emptyConfig(), [...GLOBAL, ...commands]).config;
  const bus = new MemoryStream();
  const files = new Map<string, string>();
  const said: object[] = [];
  const say = (_kind: string, message: string, fields: object = {}) => void said.push({ message, ...fields });
  const loads = new Metrics().counters('loads_total', 'test', 'result');
  const newLoader = () =>
    new CredentialLoader({
      bus,
      config: { current: () => config },
      fetch: async (location) => {
        const text = files.get(location.kind === 'flash' ? location.path : '');
        if (text === undefined) throw new FetchError('there is no such file in flash:');
        return new TextEncoder().encode(text);
      },
      loads,
      log: { info: say, warn: say },
    });
  const loader = newLoader();
  const configure = async (...lines: string[]) => {
    const previous = config;
    config = applyCommands(config, lines).config;
    await loader.changed(config, previous);
  };
  return { bus, files, said, loader, newLoader, configure };
}

describe('CredentialLoader', () => {
  it('shares the hashes of a file, and never its passwords', async () => {
    const { bus, files, loader, said } = setUp(' authenticate credential 1 flash:cred1.csv');
    files.set('cred1.csv', 'anna,hunter2\n');
    expect(await loader.load(1)).toEqual({ result: 'loaded', location: 'flash:cred1.csv', pairs: 1, problems: [] });
    const pair = {
      username: 'anna',
      md5: digestHa1('MD5', 'anna', 'lw.example', 'hunter2'),
      sha256: digestHa1('SHA-256', 'anna', 'lw.example', 'hunter2'),
    };
    const data = { tag: 1, location: 'flash:cred1.csv', realm: 'lw.example', pairs: [pair] };
    expect(bus.appended).toEqual([{ type: 'linewatch.credentials.loaded', data }]);
    expect(JSON.stringify([bus.appended, said])).not.toContain('hunter2');
  });

  it('says nothing again that is known, also beside another copy', async () => {
    const { bus, files, loader, newLoader } = setUp(' authenticate credential 1 flash:a', ' authenticate credential 2 flash:b');
    files.set('a', 'anna,x');
    files.set('b', 'berta,y');
    await Promise.all([loader.loadAll(), newLoader().loadAll()]);
    await newLoader().loadAll();
    expect(bus.appended).toHaveLength(2);
  }); // prettier-ignore

  it('keeps the last good copy when a file is gone or wrong, and says where', async () => {
    const { bus, files, loader } = setUp(' authenticate credential 1 flash:a');
    files.set('a', 'anna,x');
    await loader.loadAll();
    files.delete('a');
    expect(await loader.load(1)).toMatchObject({ result: 'kept', pairs: 1, problems: ['there is no such file in flash:'] });
    files.set('a', 'anna,x\nberta');
    expect(await loader.load(1)).toMatchObject({
      result: 'kept',
      pairs: 1,
      problems: ['line 2: there is no comma; a line is username,password'],
    });
    expect(bus.appended).toHaveLength(1);
  }); // prettier-ignore

  it('loads what a change names, and forgets what is named no more', async () => {
    const { bus, files, configure, loader } = setUp(' authenticate credential 1 flash:a');
    files.set('a', 'anna,x');
    files.set('b', 'berta,y');
    await loader.loadAll();
    await configure(...GLOBAL, ' authenticate credential 1 flash:b');
    await configure(...GLOBAL, ' no authenticate credential 1');
    await configure(...GLOBAL, ' max-dn 20');
    expect(bus.appended.map(({ data }) => (data as { location: string }).location)).toEqual(['flash:a', 'flash:b', '']);
    expect(bus.appended.at(-1)?.data).toMatchObject({ pairs: [] });
    expect(await loader.load(1)).toMatchObject({ result: 'none' });
  });

  it('hashes anew for another realm, and counts nothing of an old one', async () => {
    const { bus, files, configure, loader } = setUp(' authenticate credential 1 flash:a');
    files.set('a', 'anna,x');
    await loader.loadAll();
    await configure('voice register global', ' authenticate realm other.example');
    expect(bus.appended.map(({ data }) => (data as { realm: string }).realm)).toEqual(['lw.example', 'other.example']);
    files.delete('a');
    await configure('voice register global', ' authenticate realm third.example');
    expect(await loader.load(1)).toMatchObject({ result: 'kept', pairs: 0 });
  });

  it('looks again only for files that were never loaded from where they are', async () => {
    const { bus, files, loader } = setUp(' authenticate credential 1 flash:a', ' authenticate credential 2 flash:b');
    files.set('a', 'anna,x');
    await loader.loadAll();
    files.set('a', 'anna,changed');
    files.set('b', 'berta,y');
    await loader.loadMissing();
    expect(bus.appended.map(({ data }) => (data as { tag: number }).tag)).toEqual([1, 2]);
  });

  it('reports pairs that another file or a phone has as well, by their users [cme-presence 2.7]', async () => {
    const { files, loader } = setUp(
      ' authenticate credential 1 flash:a', ' authenticate credential 2 flash:b',
      'voice register pool 1', ' id mac 0200.0000.0001', ' username phone password secret',
    ); // prettier-ignore
    files.set('a', 'anna,x\nberta,y');
    files.set('b', 'anna,x\nberta,z\nphone,secret');
    await loader.load(1);
    expect((await loader.load(2)).problems).toEqual([
      'user anna has the same password in credential file 1; each pair should stand once',
      'user phone has the same password in voice register pool 1; each pair should stand once',
    ]);
  });
});
