import { RateLimitedLog, createLogger, nestLogger } from './log';

describe('the log', () => {
  const lines = (write: (log: ReturnType<typeof createLogger>) => void, level: 'info' | 'debug' = 'info'): object[] => {
    const out: string[] = [];
    write(
      createLogger({ service: 'sip-edge', instance: '1', level }, { write: (line: string) => void out.push(line) }),
    );
    return out.map((line) => JSON.parse(line) as object);
  };

  it('is JSON lines with time, level, service and message', () => {
    expect(lines((log) => log.info({ line: '3001' }, 'registered'))).toEqual([
      {
        level: 'info',
        ts: expect.stringMatching(/^\d{4}-.*Z$/),
        svc: 'sip-edge',
        instance: '1',
        line: '3001',
        msg: 'registered',
      },
    ]);
  });

  it('has the reason of an error', () => {
    expect(lines((log) => log.error({ err: new Error('broken') }, 'x'))[0]).toMatchObject({
      err: { message: 'broken' },
    });
  });

  it('takes what Nest says, its chatter as debug', () => {
    expect(lines((log) => nestLogger(log).log('mapped', 'Router'))).toEqual([]);
    expect(lines((log) => nestLogger(log).log('mapped', 'Router'), 'debug')).toMatchObject([
      { msg: 'mapped', nest: 'Router' },
    ]);
    expect(lines((log) => nestLogger(log).error('bad', 'stack', 'Router'))).toMatchObject([
      { level: 'error', nest: 'Router' },
    ]);
  });

  it('lets a few lines of a kind through and tells later how many were left out', () => {
    const said: [object, string][] = [];
    const say = (fields: object, message: string): void => void said.push([fields, message]);
    let time = 0;
    const logger = { info: say, warn: say, error: say } as never;
    const log = new RateLimitedLog(logger, { monotonic: () => time }, 2, 1000);
    for (let n = 0; n < 10; n++) log.warn('refused', 'refused', { n });
    log.warn('other', 'other');
    time = 1000;
    log.warn('refused', 'refused', { n: 10 });
    log.warn('refused', 'refused', { n: 11 });
    expect(said).toEqual([
      [{ n: 0 }, 'refused'],
      [{ n: 1 }, 'refused'],
      [{}, 'other'],
      [{ n: 10, leftOut: 8 }, 'refused'],
      [{ n: 11 }, 'refused'],
    ]);
  });

  it('keeps a bounded number of kinds', () => {
    let count = 0;
    const say = (): void => void count++;
    const log = new RateLimitedLog({ info: say, warn: say, error: say } as never, { monotonic: () => 0 }, 1, 1000);
    for (let n = 0; n < 5000; n++) log.info(`kind ${n}`, 'x');
    expect(count).toBe(1025);
  });
});
