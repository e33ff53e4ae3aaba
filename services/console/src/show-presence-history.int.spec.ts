import { sampleLine } from './testing/sample-line';
import { runToEnd } from './testing/console-run';
import { startTestSystem } from './testing/test-system';

/** The streams of a real server: what the listings make of them is tested as transcripts. */
it('show presence history and show presence at read what the streams keep of a line, and of no other', async () => {
  const system = await startTestSystem();
  const { bus, env } = system;
  try {
    for (const { stream, address, event, time } of sampleLine(bus.subjects)) {
      if (stream === 'LINES') await bus.append(address, event, { about: '2102' });
      if (stream === 'LINES') await bus.append(bus.subjects.lineFact('2103', 'feature'), { type: 'linewatch.line.feature', data: { device: 'ephone:1', dnd: time % 2 === 0 } }); // prettier-ignore
    }
    const history = await runToEnd(['show', 'presence', 'history', '2102', 'from', '1h', '--json'], env);
    expect(JSON.parse(history.stdout)).toMatchObject({
      line: '2102',
      keptFrom: null,
      lampAtFirst: 'unknown',
      changes: [
        { lamp: 'idle', seq: 3 },
        { lamp: 'in-use', seq: 5 },
        { lamp: 'idle', seq: 9 },
        { lamp: 'in-use', seq: 11 },
      ],
    });
    const moment = await runToEnd(['show', 'presence', 'at', '0s', '2102'], env);
    expect(moment).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^At .* 2102 was in-use\n {2}since .*: a call from 2101/),
    });
    expect(await runToEnd(['show', 'presence', 'at', 'noon', '2102'], env)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('"noon" is no time in the past.'),
    });
  } finally {
    await bus.close();
  }
});
