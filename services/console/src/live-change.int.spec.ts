import { RunningConfig, readConfigHistory } from '@linewatch/runtime';
import { changeLive, planLine } from './live-change';
import { type TestSystem, startTestSystem } from './testing/test-system';

jest.setTimeout(60_000);

let system: TestSystem;
beforeEach(async () => void (system = await startTestSystem()));
afterEach(() => system.bus.close());

test('of operators who change the same mode all the time none loses a change, and each sees those of the others', async () => {
  const { bus } = system;
  const authors = ['ada', 'ben', 'cleo'];
  const configs = await Promise.all(
    authors.map(async () => {
      const running = new RunningConfig();
      await running.start(bus);
      return running;
    }),
  );
  const tags = Array.from({ length: 30 }, (_, index) => index + 1);
  await Promise.all(
    authors.map(async (author, at) => {
      const running = configs[at] as RunningConfig;
      const type = (path: string[], line: string) =>
        changeLive({ bus, running, author }, (config) => planLine(config, path, line, {}).commands);
      for (const tag of tags) {
        await type([], `voice register dn ${3 * tag + at}`);
        await type([`voice register dn ${3 * tag + at}`], `number ${1000 * (at + 1) + tag}`);
      }
    }),
  );
  const { revisions } = await readConfigHistory(bus);
  expect(revisions.map(({ author }) => author).sort()).toEqual(authors.flatMap((author) => tags.flatMap(() => [author, author]))); // prettier-ignore
  const last = revisions.at(-1)?.revision;
  for (const running of configs) {
    while (running.revision() !== last) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(Object.values(running.current().dns).map(({ number }) => Number(number)).sort()).toEqual(
      authors.flatMap((_, at) => tags.map((tag) => 1000 * (at + 1) + tag)).sort(),
    ); // prettier-ignore
    running.stop();
  }
});
