import { AnswerError, makeSubjects, UnavailableError } from '@linewatch/bus';
import { subscriptionOf } from '../testing/owned';
import { WatchAuthorization } from './watch-authorization';

/** What is held is tried once more, as `Hold` does. */
const hold = {
  run: async <T>(step: () => Promise<T>): Promise<T | 'gave-up'> => {
    for (let tries = 0; tries < 2; tries += 1) {
      try {
        return await step();
      } catch (error) {
        if ((error as Error).name !== 'UnavailableError') throw error;
      }
    }
    return 'gave-up';
  },
};

/** Answers one after another; an error is thrown. */
function asking(...answers: unknown[]) {
  const asked: [string, unknown][] = [];
  const ask = async (subject: string, body: unknown): Promise<unknown> => {
    asked.push([subject, body]);
    const answer = answers.shift();
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const authorization = new WatchAuthorization({
    bus: { subjects: makeSubjects(), ask },
    hold,
    protocol: 'sccp',
    config: { revision: () => 7 },
  });
  return { asked, ask: () => authorization.ask(subscriptionOf('a')) };
}

const allowed = { word: 'allow', subscription: subscriptionOf('a'), subId: 1, token: 1 };

describe('whether a watcher may watch', () => {
  it('is asked on the bus, in the name of the protocol', async () => {
    const { asked, ask } = asking({ word: 'never-chained' });
    expect(await ask()).toEqual({ word: 'never-chained' });
    expect(asked).toEqual([['lw.ask.authorize', { protocol: 'sccp', subscription: subscriptionOf('a'), revision: 7 }]]);
  });

  it.each([
    ['nobody answers', new UnavailableError('away')],
    ['who answers is busy', new AnswerError('busy')],
    ['who answers could not ask its own neighbours', { word: 'could-not-ask' }],
  ])('is asked again while %s [design law 8]', async (_why, failure) => {
    expect(await asking(failure, allowed).ask()).toMatchObject({ word: 'allow', subId: 1 });
    expect(await asking(failure, failure).ask()).toEqual({ word: 'could-not-ask' });
  });

  it('is not decided by an answer that cannot be read', async () => {
    await expect(asking({ word: 'perhaps' }).ask()).rejects.toThrow();
    await expect(asking(new AnswerError('malformed')).ask()).rejects.toThrow('malformed');
  });
});
