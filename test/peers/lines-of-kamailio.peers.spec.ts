import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loopbackOf, SccpOffice, SipPhone } from '@linewatch/kit';
import { Kamailio } from './kamailio';

/**
 * Lines that a Kamailio serves [cme-presence 4.8]: whoever publishes there tells how they are, and phones of both kinds
 * here see it. 9999 is on key 4 of the SCCP phone.
 */
let folder: string;
let server: Kamailio;
let office: SccpOffice;
let publisher: SipPhone;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'linewatch-peers-'));
  server = await Kamailio.start({ configuration: 'presence.kamailio.cfg', host: loopbackOf(9), port: 5060, folder });
  const presence = [` server ${server.address.host}`, ' allow subscribe', ' presence call-list'];
  office = await SccpOffice.open({ presence });
  publisher = await SipPhone.open({ numbers: ['9999'], registrar: server.address, mac: '0200000009999' });
});
afterAll(async () => {
  await publisher?.close();
  await office?.close();
  await server?.quit();
  rmSync(folder, { recursive: true, force: true });
});

type Told = 'idle' | 'in-use';

function bodyOf(event: 'presence' | 'dialog', told: Told, version: number): string {
  const entity = `sip:9999@${server.address.host}`;
  if (event === 'dialog') {
    const state = told === 'in-use' ? 'confirmed' : 'terminated';
    const dialog = `<dialog id="d1" call-id="c" direction="recipient"><state>${state}</state></dialog>`;
    return `<?xml version="1.0"?><dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="${version}" state="full" entity="${entity}">${dialog}</dialog-info>`;
  }
  const person = '<dm:person id="p"><rpid:activities><rpid:on-the-phone/></rpid:activities></dm:person>';
  return `<?xml version="1.0"?><presence xmlns="urn:ietf:params:xml:ns:pidf" xmlns:dm="urn:ietf:params:xml:ns:pidf:data-model" xmlns:rpid="urn:ietf:params:xml:ns:pidf:rpid" entity="${entity}"><tuple id="t"><status><basic>open</basic></status></tuple>${told === 'in-use' ? person : ''}</presence>`;
}

const tags = new Map<string, string>();

/** 9999 tells Kamailio how it is; each time in place of what it told before. */
async function publish(event: 'presence' | 'dialog', told: Told): Promise<void> {
  const tag = tags.get(event);
  const answer = await publisher.send(
    'PUBLISH',
    '9999',
    [
      ['Event', event],
      ['Expires', '600'],
      ['Content-Type', event === 'presence' ? 'application/pidf+xml' : 'application/dialog-info+xml'],
      ...(tag === undefined ? [] : [['SIP-If-Match', tag] as const]),
    ],
    bodyOf(event, told, tags.size),
  );
  expect(answer.status).toBe(200);
  tags.set(event, answer.headers.find(([name]) => name === 'sip-etag')?.[1] ?? '');
}

it('SIP and SCCP phones here see what is published at Kamailio, by one subscription for each package [T-19]', async () => {
  await publish('presence', 'idle');
  const phone = await office.sip(1);
  const station = await office.station(1);
  const lamps = await Promise.all([phone.subscribe('9999'), phone.subscribe('9999')]);
  const entry = station.showInCallList('9999');
  await Promise.all([...lamps.map((lamp) => lamp.waitFor('idle')), station.shows(4, 'idle'), entry.shows('idle')]);
  await publish('presence', 'in-use');
  await Promise.all([
    ...lamps.map((lamp) => lamp.waitFor('in-use')),
    station.shows(4, 'in-use'),
    entry.shows('in-use'),
  ]);
  await publish('presence', 'idle');
  await Promise.all([...lamps.map((lamp) => lamp.waitFor('idle')), station.shows(4, 'idle'), entry.shows('idle')]);
  await publish('dialog', 'in-use');
  const dialog = await phone.subscribe('9999', { event: 'dialog' });
  await dialog.waitFor('in-use');
  await publish('dialog', 'idle');
  await dialog.waitFor('idle');
  expect(office.violations()).toEqual([]);
});

it('a line that Kamailio does not have ends the subscription of a SIP phone as noresource [cme-presence 4.8]', async () => {
  const phone = await office.sip(2);
  const lamp = await phone.subscribe('4404');
  expect(await lamp.next(({ state }) => state === 'terminated')).toMatchObject({ reason: 'noresource' });
  expect(office.violations()).toEqual([]);
});
