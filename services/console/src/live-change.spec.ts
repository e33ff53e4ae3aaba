import { renderConfig } from '@linewatch/config';
import { changeLive, planLine } from './live-change';
import { MemorySystem } from './testing/memory-system';
import { openTerminal } from './testing/terminal-rig';

const applied = (author: string, commands: string[]) => ({
  type: 'linewatch.config.applied' as const,
  data: { author, commands, change: { id: `${author}-${commands.join()}`, part: 0, parts: 1 } },
});

/** Ada at a terminal, and Ben who writes on his own. */
async function twoOperators() {
  const memory = new MemorySystem();
  const ada = await openTerminal(memory, { level: 'privileged' });
  const ben = (...commands: string[]) => memory.put(memory.subjects.config('global'), applied('ben', commands));
  return { memory, ada, ben };
}

describe('two operators at once', () => {
  it('a line is planned again upon what the other one changed first: nothing is lost', async () => {
    const { memory, ada, ben } = await twoOperators();
    await ada.type('configure terminal<ENTER>voice register dn 1<ENTER>');
    memory.beforeAppend = () => void ben('voice register dn 1', ' number 2101', ' name Ben');
    await ada.type('number 2102<ENTER>');
    expect(renderConfig(memory.running.current())).toContain('voice register dn  1\n number 2102\n name Ben\n');
    expect(memory.stored.map(({ event }) => (event.data as { author: string }).author)).toEqual(['ada', 'ben', 'ada']);
  });

  it('the second sees the change of the first', async () => {
    const { ada, ben } = await twoOperators();
    ben('hostname Berlin');
    await ada.type('show running-config | include hostname<ENTER>');
    expect(ada.screen()).toMatch(/hostname Berlin\nBerlin#$/);
  });

  it('leaving a mode that the other one removed does not make it again', async () => {
    const { memory, ada, ben } = await twoOperators();
    await ada.type('configure terminal<ENTER>presence<ENTER>');
    ben('no presence');
    await ada.type('exit<ENTER>end<ENTER>');
    expect(memory.running.current().presence.enabled).toBe(false);
    expect(memory.stored).toHaveLength(2);
  });

  it('gives up when others are always first', async () => {
    const { memory, ben } = await twoOperators();
    const { running, system } = memory;
    let count = 0;
    const disturb = (): void => {
      memory.beforeAppend = disturb;
      ben(`hostname h${(count += 1)}`);
    };
    disturb();
    await expect(changeLive({ bus: system.bus, running, author: 'ada' }, () => ['hostname x'])).rejects.toThrow(
      /others change the configuration all the time/,
    );
  });
});

test('a clear secret is stored and shown as its hash alone', async () => {
  const { memory, ada } = await twoOperators();
  await ada.type('configure terminal<ENTER>enable secret cisco123<ENTER>username eve secret lovelace<ENTER>');
  expect(JSON.stringify(memory.stored)).not.toMatch(/cisco123|lovelace/);
  expect(memory.running.current()).toMatchObject({ enableSecret: { type: '9' }, users: [{ secret: { type: '9' } }] });
});

test('a line that changes nothing is no change', () => {
  const { running } = new MemorySystem();
  expect(planLine(running.current(), [], 'hostname linewatch', {})).toEqual({ commands: [], path: [] });
});
