import { RejectedError, StreamMismatchError } from './errors';
import {
  type JetStreamApi,
  type StreamConfiguration,
  defaultStreamSettings,
  ensureStreams,
  streamConfigurations,
  streamNames,
  streamOf,
} from './streams';
import { makeSubjects } from './subjects';

const configurations = streamConfigurations('lw', defaultStreamSettings);
const HOUR_NS = 3600e9;

/** A server that keeps what it is told, after `keep` changed it. */
function serverThat(keep: (config: StreamConfiguration) => object = (config) => config) {
  const kept = new Map<string, object>();
  const verbs: string[] = [];
  const api: JetStreamApi = async (verb, body) => {
    verbs.push(verb);
    const name = verb.split('.')[2] ?? '';
    if (!verb.startsWith('STREAM.INFO')) kept.set(name, keep(body as StreamConfiguration));
    const config = kept.get(name);
    if (config === undefined) throw new RejectedError('stream not found', 10059, false);
    return { config };
  };
  return { api, kept, verbs };
}

describe('the streams', () => {
  it('are those that the code names, each with a byte limit and a discard policy', () => {
    expect(configurations.map((config) => config.name)).toEqual(streamNames);
    for (const config of configurations) {
      expect(config.max_bytes).toBeGreaterThan(0);
      expect(['old', 'new']).toContain(config.discard);
    }
  });

  it.each([
    ['LINES', { max_age: 72 * HOUR_NS, discard: 'old' }],
    ['PRESENCE', { max_age: 0, max_msgs_per_subject: 16, discard: 'new' }],
    ['SUBSCRIPTIONS', { max_age: 24 * HOUR_NS }],
    ['CONFIG', { max_age: 0, max_msgs_per_subject: -1, discard: 'new' }],
    ['CREDENTIALS', { max_age: 0, max_msgs_per_subject: 1, discard: 'new' }],
    ['EDGES', { max_age: 0, max_msgs_per_subject: 64 }],
  ])('%s keeps what a rebuild needs', (name, wanted) => {
    expect(configurations.find((config) => config.name === name)).toMatchObject(wanted);
  });

  it('bear the prefix of a system that is not the default one', () => {
    const names = streamConfigurations('test-1', defaultStreamSettings).map((config) => config.name);
    expect(names).toContain('test-1_LINES');
  });

  it('take each durable subject of the wire', () => {
    const subjects = makeSubjects();
    expect(streamOf(subjects, subjects.lineFact('3001', 'call'))).toBe('LINES');
    expect(streamOf(subjects, subjects.deviceFact('pool:1', 'dnd'))).toBe('LINES');
    expect(streamOf(subjects, subjects.credentials(1))).toBe('CREDENTIALS');
    expect(streamOf(subjects, subjects.presence('3001'))).toBe('PRESENCE');
    expect(streamOf(subjects, subjects.subscriptionsOf('3001'))).toBe('SUBSCRIPTIONS');
    expect(streamOf(subjects, subjects.config('presence'))).toBe('CONFIG');
    expect(streamOf(subjects, subjects.edge('e1', 'bye'))).toBe('EDGES');
    expect(streamOf(subjects, subjects.notify('3001'))).toBe('NOTIFY');
    expect(streamOf(subjects, subjects.deadLetter('x'))).toBe('DEADLETTER');
    for (const subject of [subjects.edge('e1', 'beat'), subjects.ask('authorize'), 'other.presence.1'])
      expect(() => streamOf(subjects, subject)).toThrow(RangeError);
  });
});

describe('ensureStreams', () => {
  it('takes a stream that another process created in the same moment', async () => {
    const server = serverThat();
    let refused = 0;
    const api: JetStreamApi = async (verb, body) => {
      const answer = await server.api(verb, body);
      if (!verb.startsWith('STREAM.CREATE')) return answer;
      refused += 1;
      throw new RejectedError('subjects overlap with an existing stream', 10065, false);
    };
    await ensureStreams(api, 'lw', defaultStreamSettings);
    expect(refused).toBe(streamNames.length);
    expect([...server.kept.keys()]).toEqual(streamNames);
  });

  it('cannot use a stream whose subjects are those of another', async () => {
    const server = serverThat();
    const api: JetStreamApi = async (verb, body) => {
      if (verb.startsWith('STREAM.CREATE'))
        throw new RejectedError('subjects overlap with an existing stream', 10065, false);
      return server.api(verb, body);
    };
    await expect(ensureStreams(api, 'lw', defaultStreamSettings)).rejects.toThrow(StreamMismatchError);
  });

  it('creates what is missing and leaves alone what is right', async () => {
    const server = serverThat();
    await ensureStreams(server.api, 'lw', defaultStreamSettings);
    expect(server.verbs.filter((verb) => verb.startsWith('STREAM.CREATE'))).toHaveLength(streamNames.length);
    server.verbs.length = 0;
    await ensureStreams(server.api, 'lw', defaultStreamSettings);
    expect(server.verbs.every((verb) => verb.startsWith('STREAM.INFO'))).toBe(true);
  });

  it('updates what differs and keeps what an operator added', async () => {
    const server = serverThat();
    await ensureStreams(server.api, 'lw', defaultStreamSettings);
    server.kept.set('LINES', { ...server.kept.get('LINES'), max_age: 1, placement: { tags: ['ssd'] } });
    await ensureStreams(server.api, 'lw', defaultStreamSettings);
    expect(server.kept.get('LINES')).toMatchObject({ max_age: 72 * HOUR_NS, placement: { tags: ['ssd'] } });
  });

  it('takes subjects in any order for equal', async () => {
    const server = serverThat((config) => ({ ...config, subjects: [...config.subjects].reverse() }));
    await expect(ensureStreams(server.api, 'lw', defaultStreamSettings)).resolves.toBeUndefined();
  });

  it('refuses to start when the server dropped a field in silence, and names stream, field and both values', async () => {
    const server = serverThat((config) => ({ ...config, allow_direct: undefined }));
    const starting = ensureStreams(server.api, 'lw', defaultStreamSettings);
    await expect(starting).rejects.toThrow(StreamMismatchError);
    await expect(starting).rejects.toThrow(/Stream LINES .*allow_direct is absent, asked for true/);
  });
});
