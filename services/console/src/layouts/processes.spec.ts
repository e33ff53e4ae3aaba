import { MOMENT } from '../testing/memory-system';
import { processInfo, sampleProcesses } from '../testing/processes';
import { processesText, systemVersion, versionText } from './processes';

it('`show processes` prints a row a process, and what keeps any from being ready', () => {
  expect(processesText(sampleProcesses(), MOMENT)).toBe(
    [
      '',
      '4 processes, 1 well',
      '',
      'Process           Host   PID  Uptime    Version  Config   Memory  CPU 5s  CPU 1m  Health',
      '================  ====  ====  ========  =======  ======  =======  ======  ======  ================',
      'console-1         lab   4711  00:00:02  0.1.0         7   40 MiB   1.5 %   0.5 %  starting',
      'presence-state-1  lab    815  01:31:00  0.1.0         7  100 MiB   1.5 %   0.5 %  not ready: redis',
      'sip-edge-1        lab     16  01:31:00  0.1.0         7  312 MiB  54.2 %  61.0 %  ok',
      'sip-edge-2        lab   4711  01:31:00  0.1.0         7  100 MiB   1.5 %   0.5 %  draining',
      '',
      'presence-state-1: redis: no answer in 400 ms',
      '',
    ].join('\n'),
  );
});

it('`show processes` lets nothing through that would steer the terminal', () => {
  const text = processesText([processInfo('x-1', { failing: { nats: '\x1b[2J' } })], MOMENT);
  expect(text).toContain('x-1: nats: ?[2J\n');
});

describe('show version', () => {
  const more = { hostname: 'Berlin', version: '0.1.0', nats: '127.0.0.1:4222', revision: 12 };
  it('prints what runs where, and since when', () => {
    expect(versionText(systemVersion(sampleProcesses(), { ...more, saved: 7 }, MOMENT))).toBe(
      [
        'linewatch Software, Version 0.1.0',
        '',
        'Berlin uptime is 1 hour, 31 minutes',
        '4 processes of 3 services on 1 host: lab',
        'Node.js v24.1.0',
        'NATS at 127.0.0.1:4222',
        'Running configuration is revision 12, startup-config is revision 7',
        '',
      ].join('\n'),
    );
  });

  it('names other versions that run, as while a system is brought up to date', () => {
    const processes = [processInfo('a-1', { version: '0.2.0' }), processInfo('b-1', { host: 'lab2' })];
    const text = versionText(systemVersion(processes, more, MOMENT));
    expect(text).toContain('Version 0.2.0 runs in 1 process\n');
    expect(text).toContain('2 processes of 2 services on 2 hosts: lab, lab2\n');
    expect(text).toContain('startup-config was never saved\n');
  });

  it('says so when nobody answers', () => {
    expect(versionText(systemVersion([], more, MOMENT))).toContain('0 processes of 0 services on 0 hosts');
  });
});
