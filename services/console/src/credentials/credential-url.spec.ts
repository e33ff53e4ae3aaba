import { readLocation } from './credential-url';

describe('the location of a credential file', () => {
  it.each([
    ['flash:cred1.csv', { kind: 'flash', path: 'cred1.csv' }],
    ['FLASH:/site/./cred1.csv', { kind: 'flash', path: 'site/cred1.csv' }],
    ['http://127.0.0.1:8000/cred1.csv', { kind: 'http', url: 'http://127.0.0.1:8000/cred1.csv' }],
    ['https://cme.example/cred1.csv', { kind: 'http', url: 'https://cme.example/cred1.csv' }],
    ['tftp://172.18.207.15/labtest/cred1.csv', { kind: 'tftp', host: '172.18.207.15', port: 69, file: 'labtest/cred1.csv' }],
    ['tftp://[::1]:6969/my%20file', { kind: 'tftp', host: '::1', port: 6969, file: 'my file' }],
  ])('%s is understood', (text, location) => {
    expect(readLocation(text)).toEqual(location);
  }); // prettier-ignore

  it.each([
    ['flash:', 'there is no file name behind flash:'],
    ['flash:/./', 'there is no file name behind flash:'],
    ['flash:../nonce-secret', 'a name cannot lead out of flash:'],
    ['flash:a/../../b', 'a name cannot lead out of flash:'],
    ['flash:..\\b', 'a name cannot lead out of flash:'],
    ['ftp://127.0.0.1/cred1.csv', 'a credential file is at flash:, http:, https: or tftp:'],
    ['file:///etc/passwd', 'a credential file is at flash:, http:, https: or tftp:'],
    ['http:', 'this is no URL'],
    ['http://u:p@127.0.0.1/a', 'a URL holds no user name and no password here'],
    ['tftp://127.0.0.1/', 'a TFTP file is tftp://<address>/<file>'],
    ['tftp:cred1.csv', 'a TFTP file is tftp://<address>/<file>'],
    ['tftp://127.0.0.1/%00', 'this is no name of a file over TFTP'],
    ['tftp://127.0.0.1/%zz', 'a TFTP file is tftp://<address>/<file>'],
  ])('%s is refused: %s', (text, problem) => {
    expect(readLocation(text)).toEqual({ problem });
  });
});
