import { answerChallenge } from './sip-digest';
import { readMessage, writeMessage, type HeardResponse } from './sip-text';

const nonce = '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v';
const request = { method: 'GET', uri: '/dir/index.html', cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ' };
const mufasa = { username: 'Mufasa', password: 'Circle of Life' };

function challenged(...algorithms: string[]): HeardResponse {
  const fields = algorithms.map(
    (algorithm) =>
      [
        'WWW-Authenticate',
        `Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=${algorithm}, nonce="${nonce}", opaque="FQhe"`,
      ] as const,
  );
  const text = writeMessage('SIP/2.0 401 Unauthorized', [...fields, ['CSeq', '1 GET']]);
  return readMessage(Buffer.from(text), { host: '127.0.0.1', port: 5060 }, 0) as HeardResponse;
}

it.each([
  ['MD5', '8ca523f5e9506fed4657c9700eebdbec'],
  ['SHA-256', '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1'],
])('answers a challenge of %s as the example of the standard [RFC7616 3.9.1]', (algorithm, answer) => {
  const [name, value] = answerChallenge(challenged(algorithm), request, mufasa) ?? [];
  expect(name).toBe('Authorization');
  expect(value).toContain(`response="${answer}"`);
  expect(value).toContain('opaque="FQhe"');
});

it('takes the first challenge it knows, and only the one it is told to know', () => {
  const both = challenged('SHA-512-256', 'SHA-256', 'MD5');
  expect(answerChallenge(both, request, mufasa)?.[1]).toContain('algorithm=SHA-256');
  expect(answerChallenge(both, request, mufasa, 'MD5')?.[1]).toContain('algorithm=MD5');
  expect(answerChallenge(challenged('SHA-512-256'), request, mufasa)).toBeUndefined();
});
