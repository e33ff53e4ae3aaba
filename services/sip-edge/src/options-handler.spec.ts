import { header } from '@linewatch/sip';
import { optionsHandler } from './options-handler';
import { RegistrarRig } from './registrar/testing/registrar-rig';

async function answerTo(uri: string) {
  const rig = new RegistrarRig();
  rig.endpoint.handle(
    'OPTIONS',
    optionsHandler(rig.directory, () => rig.endpoint.allow()),
  );
  await rig.hear(rig.textOf({ uri }).replaceAll('REGISTER', 'OPTIONS'));
  return rig.socket.responses('OPTIONS')[0];
}

describe('OPTIONS [SB-38]', () => {
  it.each([
    ['the edge itself', 'sip:127.0.0.2', 200],
    ['a local number', 'sip:2101@127.0.0.2', 200],
    ['a number that a pattern covers', 'sip:2142@127.0.0.2', 200],
    ['a number that nobody has', 'sip:9999@127.0.0.2', 404],
  ])('to %s is answered %3$i, with what is understood', async (_what, uri, status) => {
    const response = await answerTo(uri);
    if (!response) throw new Error('no answer');
    expect(response.status).toBe(status);
    expect(header(response, 'Allow')).toBe('REGISTER, OPTIONS, ACK, CANCEL');
    expect(header(response, 'Accept')).toBe('application/sdp');
    expect(header(response, 'Supported')).toBe('path');
    expect(header(response, 'Allow-Events')).toBe('presence, dialog');
  });
});
