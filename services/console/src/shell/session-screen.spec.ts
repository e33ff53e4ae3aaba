import { emptyConfig } from '@linewatch/config';
import { execTrees } from '../exec/exec-commands';
import { atPrompt, interrupt } from './session-screen';
import { type SessionState, newSession } from './session-state';

it('messages wait while something is on the screen, the newest of them, and how many had no room is told', () => {
  const setting = { trees: execTrees, interactive: true, trusted: true };
  const terminal = { length: 24, width: 80, monitor: false };
  const session = newSession(setting, { running: emptyConfig(), level: 'user', terminal });
  let state: SessionState = { ...session, waiting: { kind: 'more', left: [] } };
  for (let n = 0; n < 150; n += 1) {
    const { state: after, effects } = interrupt(state, `${n}`);
    expect(effects).toEqual([]);
    state = after;
  }
  const { state: after, effects } = atPrompt(state);
  const texts = effects.flatMap((effect) => (effect.kind === 'write' ? effect.text : []));
  expect(texts).toHaveLength(102);
  expect([texts[0], texts[1], texts[100]]).toEqual(['(50 messages were left out)\n', '50\n', '149\n']);
  expect([after.held, after.heldOut]).toEqual([[], 0]);
});
