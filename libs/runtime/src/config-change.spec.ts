import { type BusEvent, ConflictError, UnavailableError, makeSubjects } from '@linewatch/bus';
import { applyCommands, diffConfig, emptyConfig, parseConfig, renderConfig } from '@linewatch/config';
import fc from 'fast-check';
import { appendConfigChange, importStartupConfig, partsOf, sectionOf } from './config-change';

const text = `
hostname R1
voice register dn  1
 number 3001
 allow watch
!
presence
 max-subscription 500
`;

/** CONFIG in memory: de-duplicates by id, and fails first as often as it is told. */
function configStream(failures = 0) {
  const stored: { subject: string; event: BusEvent; id: string }[] = [];
  const bus = {
    subjects: makeSubjects(),
    async append(subject: string, event: BusEvent, options: { id?: string } = {}) {
      if (failures-- > 0) throw new UnavailableError('away');
      const id = options.id ?? '';
      const known = stored.findIndex((one) => one.id === id);
      if (known >= 0) return { seq: known + 1, duplicate: true };
      stored.push({ subject, event, id });
      return { seq: stored.length, duplicate: false };
    },
  };
  return { bus, stored };
}

describe('the section of a command', () => {
  it.each([
    ['presence', 'presence'],
    ['no presence', 'presence'],
    ['presence call-list', 'presence'],
    ['sip-ua', 'sip-ua'],
    ['voice register dn  7', 'voice-register-dn'],
    ['no voice register pool 2', 'voice-register-pool'],
    ['voice service voip', 'voice-service-voip'],
    ['ephone-dn  3  dual-line', 'ephone-dn'],
    ['hostname R1', 'global'],
    ['constructor', 'global'],
    ['', 'global'],
  ])('"%s" is %s', (command, section) => {
    expect(sectionOf(command)).toBe(section);
  });
});

describe('a change', () => {
  it('that is small is one part, named by its first mode command', () => {
    const parts = partsOf({ id: 'c1', author: 'admin', commands: ['presence', ' max-subscription 9', 'sip-ua'] });
    expect(parts).toEqual([
      {
        section: 'presence',
        event: {
          author: 'admin',
          commands: ['presence', ' max-subscription 9', 'sip-ua'],
          change: { id: 'c1', part: 0, parts: 1 },
        },
      },
    ]);
  });

  it('keeps all commands in order, and each part below 256 KiB and 20,000 commands', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(fc.integer({ min: 0, max: 6000 }), fc.constantFrom('voice register dn 1', 'presence', 'x☎')),
          {
            maxLength: 12,
          },
        ),
        (blocks) => {
          const commands = blocks.flatMap(([count, heading]) => [
            heading,
            ...Array.from({ length: count }, (_, n) => ` description ${'ü'.repeat(n % 50)}`),
          ]);
          const parts = partsOf({ id: 'c', author: 'a', commands });
          expect(parts.flatMap((part) => part.event.commands)).toEqual(commands);
          parts.forEach(({ event }, at) => {
            expect(event.change).toEqual({ id: 'c', part: at, parts: parts.length });
            expect(event.commands.length).toBeLessThanOrEqual(20_000);
            expect(Buffer.byteLength(JSON.stringify(event.commands))).toBeLessThanOrEqual(256 * 1024 + 1);
          });
        },
      ),
      { numRuns: 20 },
    );
  });

  it('with a command that is too long for an event is refused before anything is appended', async () => {
    const { bus, stored } = configStream();
    const commands = ['presence', ` description ${'x'.repeat(1100)}`];
    await expect(appendConfigChange(bus, { author: 'a', commands })).rejects.toThrow(/longer than 1024/);
    expect(stored).toEqual([]);
  });

  it('rides out a short failure and is stored once', async () => {
    const { bus, stored } = configStream(1);
    expect(await appendConfigChange(bus, { author: 'a', commands: ['sip-ua'] })).toBe(1);
    expect(stored).toMatchObject([{ subject: 'lw.config.sip-ua', event: { data: { author: 'a' } } }]);
  });

  it('that is refused is refused', async () => {
    const bus = { subjects: makeSubjects(), append: () => Promise.reject(new ConflictError('s', 0, 1)) };
    await expect(appendConfigChange(bus, { author: 'a', commands: ['sip-ua'] })).rejects.toThrow(ConflictError);
  });

  it('of nothing appends nothing', async () => {
    const { bus, stored } = configStream();
    expect(await appendConfigChange(bus, { author: 'a', commands: [] })).toBeUndefined();
    expect(stored).toEqual([]);
  });
});

describe('the startup configuration', () => {
  const empty = { current: emptyConfig, revision: () => 0 };

  it('is imported as one diff with author startup when the stream is empty, once by copies that start together', async () => {
    const { bus, stored } = configStream();
    const imports = await Promise.all([1, 2].map(() => importStartupConfig(bus, empty, { text, explicit: false })));
    expect(imports.map((one) => one.revision)).toEqual([1, 1]);
    expect(stored).toHaveLength(1);
    expect(stored[0]?.event.data).toMatchObject({
      author: 'startup',
      commands: diffConfig(emptyConfig(), parseConfig(text).config),
    });
  });

  it('is left alone when the stream has a configuration, unless it is asked for', async () => {
    const { bus, stored } = configStream();
    const running = { current: () => parseConfig('hostname R2\n').config, revision: () => 7 };
    expect(await importStartupConfig(bus, running, { text, explicit: false })).toMatchObject({
      revision: undefined,
      skipped: 'stream-not-empty',
    });
    expect(stored).toEqual([]);
    expect((await importStartupConfig(bus, running, { text, explicit: true })).revision).toBe(1);
  });

  it('that is running already changes nothing', async () => {
    const { bus } = configStream();
    const { config } = parseConfig(text);
    const running = { current: () => config, revision: () => 3 };
    expect(await importStartupConfig(bus, running, { text: renderConfig(config), explicit: true })).toMatchObject({
      skipped: 'no-difference',
    });
  });

  it('with a clear secret stores its hash, once by copies that start together, and is no difference when it comes again', async () => {
    const { bus, stored } = configStream();
    const secret = `enable secret cisco123\nusername ada secret lovelace\n${text}`;
    await Promise.all([1, 2].map(() => importStartupConfig(bus, empty, { text: secret, explicit: false })));
    expect(stored).toHaveLength(1);
    expect(JSON.stringify(stored)).not.toMatch(/cisco123|lovelace/);
    const { commands } = stored[0]?.event.data as { commands: string[] };
    const { config } = applyCommands(emptyConfig(), commands, { keepUnknown: true });
    const running = { current: () => config, revision: () => 1 };
    expect(await importStartupConfig(bus, running, { text: secret, explicit: true })).toMatchObject({
      skipped: 'no-difference',
    });
  });

  it('reports unknown lines and errors with their numbers', async () => {
    const { bus } = configStream();
    const report = await importStartupConfig(bus, empty, {
      text: 'hostname R1\nrouter bgp 65000\npresence\n max-subscription many\n',
      explicit: false,
    });
    expect(report.unknown).toMatchObject([{ line: 2, text: 'router bgp 65000' }]);
    expect(report.errors).toMatchObject([{ line: 4 }]);
    expect(report.revision).toBe(1);
  });
});
