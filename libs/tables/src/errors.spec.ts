import { isConditionOfServer } from './errors';

const reply = (message: string) => Object.assign(new Error(message), { name: 'ReplyError' });

describe('isConditionOfServer', () => {
  it.each([
    ['a replica behind the address', reply("READONLY You can't write against a read only replica."), true],
    ['a cluster without a master for the slot', reply('CLUSTERDOWN The cluster is down'), true],
    ['a full server', reply("OOM command not allowed when used memory > 'maxmemory'."), true],
    ['a lost connection', new Error('Connection is closed.'), true],
    ['a key of the wrong type', reply('WRONGTYPE Operation against a key holding the wrong kind of value'), false],
    ['a step that touches two slots', reply("CROSSSLOT Keys in request don't hash to the same slot"), false],
    ['an error of ours', new TypeError('x is not a function'), false],
  ])('tells %s', (_what, error, answer) => {
    expect(isConditionOfServer(error)).toBe(answer);
  });
});
