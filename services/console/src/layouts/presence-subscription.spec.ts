import { applyCommands, emptyConfig, lineDirectory } from '@linewatch/config';
import type { SubscriptionRecord } from '@linewatch/presence';
import fc from 'fast-check';
import {
  type PresenceSubscription,
  showSubscriptionDetails,
  showSubscriptionRecords,
  showSubscriptionSummary,
} from './presence-subscription';
import { portHandle, outgoingView, subscriptionView } from './subscription-view';

/** A record of the samples in cme-presence 5.2, whose columns are given as the summary has them. */
function sample(row: string, more: Partial<PresenceSubscription> = {}): PresenceSubscription {
  const [watcher = '', presentity = '', subId, expires, sibling, status] = row.trim().split(/\s+/);
  return {
    subId: Number(subId),
    watcher,
    presentity,
    expires: Number(expires),
    duration: 0,
    status: status as 'idle',
    watcherType: 'local',
    presentityType: 'local',
    phoneType: 'SIP Phone',
    subscriptionType: 'Incoming Indication',
    retryLimit: 0,
    siblingSubId: Number(sibling),
    sdb: '0',
    dp: '0',
    watcherDialPeerTag: 0,
    deviceBased: false,
    ...more,
  };
}

describe('show presence subscription summary', () => {
  it('[T-24] prints five records, one of them device-based, in the layout of CME 7.1', () => {
    const records = [
      sample('6002@10.4.171.60 6005@10.4.171.34 1   3600 0   idle'),
      sample('6003@10.4.171.59 5001@10.4.171.34 23  3600 24  idle'),
      sample('6002@10.4.171.60 5002@10.4.171.34 128 3600 129 idle', { deviceBased: true }),
      sample('6005@10.4.171.81 1001@10.4.171.34 130 3600 131 busy'),
      sample('6005@10.4.171.81 7005@10.4.171.34 132 3599 133 unknown'),
    ];
    expect(showSubscriptionSummary(records)).toBe(`
Presence Active Subscription Records Summary: 5 subscription

  D indicate as device-based blf-speed-dial monitoring

Watcher                    Presentity               SubID  Expires SibID  Status
========================== ======================== ====== ======= ====== ======
  6002@10.4.171.60         6005@10.4.171.34         1      3600    0      idle
  6003@10.4.171.59         5001@10.4.171.34         23     3600    24     idle
D 6002@10.4.171.60         5002@10.4.171.34         128    3600    129    idle
  6005@10.4.171.81         1001@10.4.171.34         130    3600    131    busy
  6005@10.4.171.81         7005@10.4.171.34         132    3599    133    unknown
`);
  });

  it('prints the rows of a production router as they were captured', () => {
    const captured = [
      'D 2036@10.6.2.6            2038@10.6.2.254          33     3600    0      idle',
      '  2036@10.6.2.6            2038@10.6.2.254          35     3600    0      idle',
      'D 2036@10.6.2.6            8883@10.6.2.254          37     3600    0      unknown',
    ];
    const records = captured.map((row) => sample(row.slice(2), { deviceBased: row.startsWith('D') }));
    expect(showSubscriptionSummary(records).split('\n').slice(-4)).toEqual([...captured, '']);
  });

  it('prints the heading and no row when there is no record', () => {
    const lines = showSubscriptionSummary([]).split('\n');
    expect(lines).toHaveLength(8);
    expect(lines[1]).toBe('Presence Active Subscription Records Summary: 0 subscription');
  });

  it('keeps its columns for every record whose fields fit, and loses no field of those that do not', () => {
    const party = fc.stringMatching(/^[0-9+*#]{1,20}@[0-9a-f.:]{1,20}$/);
    const record = fc.record({
      watcher: party,
      presentity: party,
      subId: fc.nat(10_000_000),
      expires: fc.nat(3600),
      siblingSubId: fc.nat(10_000_000),
      status: fc.constantFrom('idle' as const, 'busy' as const, 'unknown' as const),
      deviceBased: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(record, { maxLength: 5 }), (fields) => {
        const records = fields.map((one) => ({ ...sample('a b 1 1 1 idle'), ...one }));
        const rows = showSubscriptionSummary(records).split('\n').slice(7, -1);
        expect(rows).toHaveLength(records.length);
        rows.forEach((row, at) => {
          const one = records[at]!;
          const { watcher, presentity, subId, expires, siblingSubId, status } = one;
          expect(row[0]).toBe(one.deviceBased ? 'D' : ' ');
          expect(row.slice(2).split(/ +/)).toEqual(
            [watcher, presentity, subId, expires, siblingSubId, status].map(String),
          );
          if (watcher.length <= 24 && presentity.length <= 24 && subId < 1e6 && siblingSubId < 1e6)
            expect([2, 27, 52, 59, 67, 74].map((column) => row[column - 1])).toEqual(Array<string>(6).fill(' '));
        });
      }),
    );
  });
});

describe('show presence subscription details', () => {
  it('prints the sample of the command reference', () => {
    const first = sample('6002@10.4.171.60 6005@10.4.171.34 1 3600 0 idle', {
      duration: 1751,
      dp: '6555346C',
      watcherDialPeerTag: 40001,
    });
    const blank = ' ';
    expect(showSubscriptionDetails([first])).toBe(`
Presence Active Subscription Records Details:
=============================================

Subscription ID         : 1
  Watcher               : 6002@10.4.171.60
  Presentity            : 6005@10.4.171.34
  Expires               : 3600 seconds
  Subscription Duration : 1751 seconds
  line status           : idle${blank}
  watcher type          : local${blank}
  presentity type       : local${blank}
  Watcher phone type    : SIP Phone
  subscription type     : Incoming Indication
  retry limit           : 0
  sibling subID         : 0
  sdb                   : 0
  dp                    : 6555346C
  watcher dial peer tag : 40001
  number of presentity  : 1
`);
  });

  it('puts one blank line before each record, and prints the header alone without any', () => {
    const two = [sample('a@h b@h 1 60 0 idle'), sample('c@h b@h 2 60 0 idle')];
    expect(showSubscriptionDetails(two)).toContain('  number of presentity  : 1\n\nSubscription ID         : 2\n');
    expect(showSubscriptionDetails([])).toBe(
      '\nPresence Active Subscription Records Details:\n=============================================\n',
    );
  });
});

describe('show presence subscription, presentity and subid', () => {
  it('prints the sample of the command reference', () => {
    const record = sample('6005@10.4.171.34 7005@10.4.171.20 133 3600 132 idle', {
      presentityType: 'remote',
      subscriptionType: 'Outgoing Request',
    });
    const blank = ' ';
    expect(showSubscriptionRecords([record])).toBe(`
Presence Active Subscription Records:
=============================================

Subscription ID         : 133
  Watcher               : 6005@10.4.171.34
  Presentity            : 7005@10.4.171.20
  Expires               : 3600 seconds
  line status           : idle${blank}
  watcher type          : local${blank}
  presentity type       : remote${blank}
  Watcher phone type    : SIP Phone
  subscription type     : Outgoing Request
  retry limit           : 0
  sibling subID         : 132
  sdb                   : 0
  dp                    : 0
  watcher dial peer tag : 0
`);
  });

  it('prints the header alone without a record', () => {
    expect(showSubscriptionRecords([])).toBe(
      '\nPresence Active Subscription Records:\n=============================================\n',
    );
  });
});

describe('a subscription as it is shown', () => {
  const record: SubscriptionRecord = {
    subId: 7,
    status: 'busy',
    subscription: {
      id: 's1',
      line: '2101',
      package: 'presence',
      contentType: 'application/pidf+xml',
      watcher: { number: '2102', host: '127.0.0.1', kind: 'local', phoneType: 'SIP Phone', dialPeerTag: 40001 },
      presentity: { number: '2101', host: '127.0.0.2', kind: 'local' },
      deviceBased: true,
      granted: 3600,
      expiresAt: 3_600_000,
      acceptedAt: 1_000_000,
      owner: 'sip-edge-1',
      ceiling: 65536,
      protocol: {},
    },
  };

  const LINES = lineDirectory(
    applyCommands(emptyConfig(), [
      ...['voice register dn 1', ' number 2101', 'voice register dn 2', ' number 2105'],
      ...['ephone-dn 1', ' number 2001', 'ephone-dn 2', ' number 2105'],
    ]).config,
  );

  it.each([
    ['2101', { sdb: '0', dp: portHandle('2101') }],
    ['2001', { sdb: portHandle('2001'), dp: '0' }],
    ['2105', { sdb: portHandle('2105'), dp: portHandle('2105') }],
    ['2999', { sdb: '0', dp: '0' }],
  ])('has the voice port of SCCP phones and the dial peer of SIP phones with the number %s', (number, ports) => {
    const presentity = { ...record.subscription.presentity, number };
    const one = { ...record, subscription: { ...record.subscription, presentity } };
    expect(subscriptionView(one, 0, LINES)).toMatchObject(ports);
  });

  it('has a sibling that went out, when its line is beyond the trunk [cme-presence 4.1]', () => {
    const subscription = {
      ...record.subscription,
      presentity: { number: '7005', host: '192.0.2.34', kind: 'remote' } as const,
      sibling: 8,
    };
    const upstream = { server: '192.0.2.20', retryLimit: 10 };
    expect(subscriptionView({ ...record, subscription }, 0, LINES)).toMatchObject({
      subId: 7,
      siblingSubId: 8,
      dp: '0',
    });
    const outgoing = outgoingView({ ...record, subscription }, 0, LINES, upstream);
    expect(outgoing).toMatchObject({
      subId: 8,
      watcher: '2102@192.0.2.34',
      presentity: '7005@192.0.2.20',
      watcherType: 'local',
      presentityType: 'remote',
      subscriptionType: 'Outgoing Request',
      retryLimit: 0,
      siblingSubId: 7,
      watcherDialPeerTag: 0,
      status: 'busy',
    });
    const key = { ...subscription, watcher: { ...subscription.watcher, phoneType: 'SCCP [BLF Speed Dial]' as const } };
    expect(outgoingView({ ...record, subscription: key }, 0, LINES, upstream)?.retryLimit).toBe(10);
    expect(outgoingView(record, 0, LINES, upstream)).toBeUndefined();
  });

  it('says who watches whom, for how long it was granted and how long it has been there', () => {
    expect(subscriptionView(record, 2_751_900, LINES)).toEqual({
      subId: 7,
      watcher: '2102@127.0.0.1',
      presentity: '2101@127.0.0.2',
      expires: 3600,
      duration: 1751,
      status: 'busy',
      watcherType: 'local',
      presentityType: 'local',
      phoneType: 'SIP Phone',
      subscriptionType: 'Incoming Indication',
      retryLimit: 0,
      siblingSubId: 0,
      sdb: '0',
      dp: portHandle('2101'),
      watcherDialPeerTag: 40001,
      deviceBased: true,
    });
  });

  it('never lasts less than nothing, has no dial peer when its line is elsewhere, and steers no terminal', () => {
    const { subscription } = record;
    const remote = {
      ...record,
      subscription: {
        ...subscription,
        watcher: { ...subscription.watcher, number: '\u001b[2J2102' },
        presentity: { ...subscription.presentity, kind: 'remote' as const },
      },
    };
    expect(subscriptionView(remote, 0, LINES)).toMatchObject({ duration: 0, dp: '0', watcher: '?[2J2102@127.0.0.1' });
  });

  it.each([
    ['', '811C9DC5'],
    ['a', 'E40C292C'],
    ['foobar', 'BF9CF968'],
  ])('has the FNV-1a hash of its number as handle: "%s" is %s', (number, handle) => {
    expect(portHandle(number)).toBe(handle);
  });

  it('has a handle of 8 hexadecimal digits for every number', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => /^[0-9A-F]{8}$/.test(portHandle(text))));
  });
});
