import { emptyConfig, parseConfig } from '@linewatch/config';
import fc from 'fast-check';
import { SaxesParser } from 'saxes';
import { cnfFiles } from './cnf-files';

const TEXT = `
voice register global
 mode cme
 source-address 192.0.2.1 port 5070
 max-dn 10
 max-pool 10
voice register dn 1
 number 2101
 name Ada Lovelace
voice register pool 1
 id mac 0011.2233.4455
 type 7971
 number 1 dn 1
 session-transport tcp
 username ada password secret
 presence call-list
 speed-dial 1 2200 label "Front desk"
 blf-speed-dial 1 2102 label "R&D"
telephony-service
 max-ephones 10
 max-dn 10
 ip source-address 192.0.2.2 port 2001
ephone 1
 mac-address 00AA.BBCC.DDEE
 type 7960
`;

const config = parseConfig(TEXT).config;
const SIP = 'SEP001122334455.cnf.xml';
const SCCP = 'SEP00AABBCCDDEE.cnf.xml';

/** The text of every element by its path, in order; fails on what is not well formed. */
function read(xml: string | undefined): [path: string, text: string][] {
  const parser = new SaxesParser();
  const path: string[] = [];
  const read: [string, string][] = [];
  let text = '';
  parser.on('opentag', ({ name, attributes }) => {
    path.push(attributes.button === undefined ? name : `${name}${attributes.button}`);
    text = '';
  });
  parser.on('text', (more) => (text += more));
  parser.on('closetag', () => {
    if (text.trim() !== '') read.push([path.join('/'), text]);
    path.pop();
    text = '';
  });
  parser.on('error', (error) => {
    throw error;
  });
  parser.write(xml ?? '').close();
  return read;
}

const valuesOf = (xml: string | undefined, end: string) =>
  read(xml).flatMap(([path, text]) => (path.endsWith(end) ? [text] : []));

describe('configuration files of phones', () => {
  const find = cnfFiles(config);

  it.each([
    [SIP, 'deviceProtocol', 'SIP'],
    [SIP, 'processNodeName', '192.0.2.1'],
    [SIP, 'sipPort', '5070'],
    [SIP, 'transportLayerProtocol', '1'],
    [SIP, 'callLogBlfEnabled', '3'],
    [SIP, 'line1/featureID', '9'],
    [SIP, 'line1/name', '2101'],
    [SIP, 'line1/displayName', 'Ada Lovelace'],
    [SIP, 'line1/authPassword', 'secret'],
    [SIP, 'line2/featureID', '2'],
    [SIP, 'line2/featureLabel', 'Front desk'],
    [SIP, 'line3/featureID', '21'],
    [SIP, 'line3/speedDialNumber', '2102'],
    [SIP, 'line3/featureLabel', 'R&D'],
    [SCCP, 'deviceProtocol', 'SCCP'],
    [SCCP, 'processNodeName', '192.0.2.2'],
    [SCCP, 'ethernetPhonePort', '2001'],
    [SCCP, 'callLogBlfEnabled', '2'],
    ['XMLDefault.cnf.xml', 'processNodeName', '192.0.2.2'],
  ])('%s says %s %s', (name, end, value) => {
    expect(valuesOf(find(name), `/${end}`)).toEqual([value]);
  });

  it('leave out keys that the phone does not have', () => {
    const blfSpeedDials = Object.fromEntries(
      Array.from({ length: 20 }, (_, at) => [at + 1, { number: `${3000 + at}`, label: 'x', device: false }]),
    );
    const full = { ...config, pools: { 1: { ...config.pools[1]!, blfSpeedDials } } };
    expect(valuesOf(cnfFiles(full)(SIP), 'featureID')).toHaveLength(8);
  });

  it('turn the call lists on for every phone by the global command [T-16]', () => {
    const global = cnfFiles({ ...config, presence: { ...config.presence, callList: true } });
    expect(valuesOf(global(SCCP), 'callLogBlfEnabled')).toEqual(['3']);
  });

  it.each([
    '',
    'SEP001122334455',
    'sep001122334455.cnf.xml',
    'SEP00112233445F.cnf.xml',
    `../${SIP}`,
    `${SIP}/..`,
    `${SIP}\u0000`,
    `${SIP}\n`,
    'SEP00aabbccddee.cnf.xml',
    '%2e%2e/etc/passwd',
    'A'.repeat(100_000),
  ])('are not found by another name: %j', (name) => {
    expect(find(name)).toBeUndefined();
  });

  it.each([SIP, SCCP, 'XMLDefault.cnf.xml'])('do not exist without an address to register at: %s', (name) => {
    expect(cnfFiles({ ...emptyConfig(), pools: config.pools, ephones: config.ephones })(name)).toBeUndefined();
  });

  it("name every edge of the phone's kind that lives, each with its port, the preferred one first", () => {
    const edges = (['sip', 'sip', 'sccp'] as const).map((kind, at) => ({
      edge: `${kind}-edge-${at}`,
      epoch: 1,
      since: 0,
      kind,
      advertised: { host: `192.0.2.${10 + at}`, port: 6000 + at },
      alive: true,
    }));
    const followed = cnfFiles(config, () => edges);
    expect(valuesOf(followed(SIP), '/processNodeName').sort()).toEqual(['192.0.2.10', '192.0.2.11']);
    expect(valuesOf(followed(SIP), '/sipPort').sort()).toEqual(['6000', '6001']);
    expect(followed(SIP)).toMatch(/<member priority="0">[^]*<member priority="1">/);
    expect(valuesOf(followed(SCCP), '/processNodeName')).toEqual(['192.0.2.12']);
    expect(valuesOf(followed('XMLDefault.cnf.xml'), '/ethernetPhonePort')).toEqual(['6002']);
  });

  it('are well formed and tell a label as it is, whatever characters it has', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'ab<>&"\' ]]é😀\u2028'), minLength: 1 }), (label) => {
        const blfSpeedDials = { 1: { number: '2102', label: `x${label}x`, device: false } };
        const changed = { ...config, pools: { 1: { ...config.pools[1]!, blfSpeedDials } } };
        expect(valuesOf(cnfFiles(changed)(SIP), 'line3/featureLabel')).toEqual([`x${label}x`]);
      }),
    );
  });
});
