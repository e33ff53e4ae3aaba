import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { processesIn, sampleProcesses, sipIn } from './system';

it('finds the processes of a run file, listed or mapped', () => {
  expect(processesIn({ processes: [{ name: 'nats', pid: 1 }], services: { 'sip-edge': { pid: 2 } }, pids: { redis: 3 }, port: 4 })).toEqual([
    { name: 'nats', pid: 1 }, { name: 'sip-edge', pid: 2 }, { name: 'redis', pid: 3 },
  ]); // prettier-ignore
});

it('samples living processes and leaves out dead ones and missing files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'linewatch-load-'));
  mkdirSync(folder, { recursive: true });
  expect(sampleProcesses(folder)).toEqual([]);
  writeFileSync(join(folder, 'run.json'), JSON.stringify({ pids: { self: process.pid, gone: 2 ** 30 } }));
  const [self, ...others] = sampleProcesses(folder);
  expect(others).toEqual([]);
  expect(self).toMatchObject({ name: 'self', pid: process.pid });
  expect(self?.cpuSeconds).toBeGreaterThan(0);
  expect(self?.rssBytes).toBeGreaterThan(2 ** 20);
  rmSync(folder, { recursive: true });
});

it.each([
  ['linewatch ready: phones sip:127.0.0.1:5066 (UDP, TCP), shell 127.0.0.1:2222\n', 5066],
  ['starting nats 127.0.0.1:4222\nlinewatch ready\n  SIP phones  udp/tcp 127.0.0.1:5070\n', 5070],
  ['linewatch ready\n', undefined],
])('finds where phones go in %j', (said, port) => {
  expect(sipIn(said)?.port).toBe(port);
});
