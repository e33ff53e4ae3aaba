import { Drain } from './drain';

const quiet = { info: () => undefined, warn: () => undefined };

describe('a clean stop', () => {
  it('takes its steps in order, whatever the order of registration', async () => {
    const drain = new Drain(quiet, 1000);
    const ended: string[] = [];
    for (const step of ['close', 'finish', 'accept', 'hand-over', 'pull'] as const)
      drain.on(step, step, async () => {
        await new Promise((resolve) => setImmediate(resolve));
        ended.push(step);
      });
    expect(await drain.run()).toBe(true);
    expect(ended).toEqual(['accept', 'pull', 'finish', 'hand-over', 'close']);
  });

  it('goes on without what hangs or fails, and says that it was not clean', async () => {
    const warned: object[] = [];
    const drain = new Drain({ info: () => undefined, warn: ((fields: object) => warned.push(fields)) as never }, 10);
    const ended: string[] = [];
    drain.on('accept', 'hanging', () => new Promise(() => undefined));
    drain.on('pull', 'failing', () => Promise.reject(new Error('broken')));
    drain.on('close', 'closing', () => void ended.push('closing'));
    expect(await drain.run()).toBe(false);
    expect(ended).toEqual(['closing']);
    expect(warned).toMatchObject([{ part: 'hanging' }, { part: 'failing' }]);
  });

  it('happens once', async () => {
    const drain = new Drain(quiet, 1000);
    let count = 0;
    drain.on('close', 'x', () => count++);
    await Promise.all([drain.run(), drain.run()]);
    expect(count).toBe(1);
  });
});
