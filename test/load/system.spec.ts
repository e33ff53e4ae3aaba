import { sampleProcesses } from './system';

it('samples living processes and leaves out dead ones', () => {
  const [self, ...others] = sampleProcesses({ self: process.pid, gone: 2 ** 30 });
  expect(others).toEqual([]);
  expect(self).toMatchObject({ name: 'self', pid: process.pid });
  expect(self?.cpuSeconds).toBeGreaterThan(0);
  expect(self?.rssBytes).toBeGreaterThan(2 ** 20);
});
