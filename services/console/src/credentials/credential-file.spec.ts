import { MAX_CREDENTIAL_PAIRS } from '@linewatch/presence';
import fc from 'fast-check';
import { MAX_CREDENTIAL_FILE_BYTES, readCredentialFile } from './credential-file';

const read = (text: string | Uint8Array) =>
  readCredentialFile(typeof text === 'string' ? new TextEncoder().encode(text) : text);

describe('a credential file [cme-presence 2.7]', () => {
  it.each([
    ['one pair a line', 'anna,secret\nberta,hidden\n', [['anna', 'secret'], ['berta', 'hidden']]],
    ['blanks around both, and empty lines', '  anna ,\tsecret \n\n   \nberta,hidden', [['anna', 'secret'], ['berta', 'hidden']]],
    ['the line ends and the mark of another system', '\ufeffanna,secret\r\nberta,hidden\r\n', [['anna', 'secret'], ['berta', 'hidden']]],
    ['a comma and blanks within a password', 'anna,se,cr et', [['anna', 'se,cr et']]],
    ['letters of any language', 'änne,pässwört', [['änne', 'pässwört']]],
    ['two passwords of one user', 'anna,one\nanna,two', [['anna', 'one'], ['anna', 'two']]],
    ['nothing', '', []],
  ])('may hold %s', (_, text, wanted) => {
    expect(read(text)).toEqual({ pairs: wanted.map(([username, password]) => ({ username, password })) });
  }); // prettier-ignore

  it.each([
    ['no comma', 'anna,secret\nberta hidden', 'line 2: there is no comma; a line is username,password'],
    ['no user name', ' ,secret', 'line 1: there is no user name before the comma'],
    ['no password', '\n\nanna, ', 'line 3: there is no password behind the comma'],
    ['a pair that stands there twice', 'anna,secret\nberta,x\n anna , secret', 'line 3: the same pair as in line 1'],
    ['a colon in a user name', 'an:na,secret', 'line 1: a user name has no colon'],
    ['a control character', 'anna,sec\u0000ret', 'line 1: there is a control character'],
    ['a user name without end', `${'a'.repeat(129)},x`, 'line 1: the user name is longer than 128 characters'],
    ['a password without end', `anna,${'x'.repeat(257)}`, 'line 1: the password is longer than 256 characters'],
  ])('is refused whole for %s, with the line', (_, text, problem) => {
    expect(read(text)).toEqual({ problems: [problem] });
  });

  it('is refused when it is too large, has too many pairs, or is no text', () => {
    expect(read('x'.repeat(MAX_CREDENTIAL_FILE_BYTES + 1))).toHaveProperty('problems');
    const many = Array.from({ length: MAX_CREDENTIAL_PAIRS + 1 }, (_, index) => `u${index},p`).join('\n');
    expect(read(many)).toEqual({ problems: [`more than ${MAX_CREDENTIAL_PAIRS} pairs`] });
    expect(read(Uint8Array.of(0x61, 0x2c, 0xff))).toEqual({ problems: ['the file is not text in UTF-8'] });
  });

  it('names ten bad lines and counts the others', () => {
    const { problems } = read(Array.from({ length: 15 }, () => 'x').join('\n')) as { problems: string[] };
    expect([problems.length, problems.at(-1)]).toEqual([11, 'and 5 more']);
  });

  it('never says what stands in a line, and takes any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const found = read(bytes);
        expect('pairs' in found || found.problems.length > 0).toBe(true);
      }),
    );
    const { problems } = read('hunter2\nanna:,hunter2\nanna,hunter2\nanna,hunter2') as { problems: string[] };
    expect(problems).toHaveLength(3);
    expect(problems.join()).not.toContain('hunter2');
  });
});
