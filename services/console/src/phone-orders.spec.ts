import { UnavailableError, makeSubjects } from '@linewatch/bus';
import { type PhoneOrder, parseConfig } from '@linewatch/config';
import { carryOutOrder } from './phone-orders';
import { processInfo } from './testing/processes';

const { config } = parseConfig(
  [
    'telephony-service', ' max-ephones 3', 'ephone 1', ' mac-address E8BA.70FB.AEF4', 'ephone 2', ' mac-address E8BA.70FB.AEF5',
    'ephone 3', 'voice register global', ' max-pool 2', 'voice register pool 1', ' id mac 0011.2233.44AA',
    'voice register pool 2', ' id ip 192.0.2.1 mask 255.255.255.255',
  ].join('\n'),
); // prettier-ignore

/** What the operator reads when these edges tell so many phones; `undefined`: the edge does not answer. */
async function said(order: PhoneOrder, edges: Record<string, number | undefined>) {
  const asked: unknown[] = [];
  const subjects = makeSubjects();
  const bus = {
    subjects,
    gather: async () =>
      Object.keys(edges).map((id) => {
        const kind = id.startsWith('sip') ? 'sip' : 'sccp';
        const advertised = { host: 'h', port: 1 };
        return processInfo(id, { edge: { kind, epoch: 1, advertised, phones: 1, subscriptions: 0, legs: 0 } });
      }),
    ask: async (subject: string, body: unknown) => {
      asked.push([subject, body]);
      const [edge, phones] = Object.entries(edges).find(([id]) => subject === subjects.askEdge(id, 'order')) ?? [];
      if (phones === undefined) throw new UnavailableError('silent');
      return { edge, phones };
    },
  };
  const running = { current: () => config, revision: () => 7 };
  return { text: await carryOutOrder({ system: { bus: bus as never }, running }, order), asked };
}

const restart = (device: string): PhoneOrder => ({
  order: 'restart',
  phones: device.startsWith('pool') ? 'sip' : 'sccp',
  device,
});

describe('orders of an operator to phones', () => {
  it.each<[string, PhoneOrder, Record<string, number | undefined>, string]>([
    ['one that is there', restart('ephone:1'), { 'sccp-edge-1': 0, 'sccp-edge-2': 1 }, 'restarting E8BA.70FB.AEF4\n'],
    ['reset', { ...restart('ephone:1'), order: 'reset' }, { 'sccp-edge-1': 1 }, 'resetting E8BA.70FB.AEF4\n'],
    [
      'one that is not registered',
      restart('ephone:2'),
      { 'sccp-edge-1': 0 },
      'restarting E8BA.70FB.AEF5\n% E8BA.70FB.AEF5 is not registered; it was not told\n',
    ],
    ['one without a MAC address', restart('pool:2'), { 'sip-edge-1': 1 }, 'restarting voice register pool 2\n'],
    [
      'all, some of which are away',
      { order: 'reset', phones: 'sccp' },
      { 'sccp-edge-1': 1, 'sccp-edge-2': 1 },
      'Reset 2 phones: at a 15 second interval\n% 1 of 3 phones are not registered; they were not told\n',
    ],
    [
      'all, where an edge is silent',
      { order: 'restart', phones: 'sip' },
      { 'sip-edge-1': 2, 'sip-edge-2': undefined },
      'Restart 2 phones: at a 15 second interval\n% sip-edge-2 does not answer; phones there were not told\n',
    ],
    [
      'all, where no edge is',
      { order: 'restart', phones: 'sip' },
      { 'sccp-edge-1': 2 },
      'Restart 0 phones: at a 15 second interval\n% No sip-edge answers; no phone was told\n',
    ],
    ['files', { order: 'create-files', phones: 'sccp' }, {}, 'Creating CNF files\n'],
  ])('%s', async (_what, order, edges, text) => {
    expect((await said(order, edges)).text).toBe(text);
  });

  it('reach every edge of the kind, with the revision that the phone is to find', async () => {
    const { asked } = await said(restart('ephone:1'), { 'sccp-edge-1': 1, 'sip-edge-1': 1 });
    expect(asked).toEqual([['lw.ask.sccp-edge-1.order', { order: 'restart', device: 'ephone:1', revision: 7 }]]);
  });
});
