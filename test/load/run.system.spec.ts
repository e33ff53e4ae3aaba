import { type Faults, FakeNotifier } from './fake-notifier';
import { readOptions, type LoadOptions } from './options';
import { tableOf } from './report';
import { runLoad } from './run';

const fakes: FakeNotifier[] = [];
afterEach(() => fakes.splice(0).forEach((fake) => fake.close()));

/** A short run against a server with faults to order. */
async function run(faults: Faults = {}, ...args: string[]) {
  const fake = new FakeNotifier(faults);
  fakes.push(fake);
  const target = await fake.open();
  const short = [
    '--lines',
    '40',
    '--watchers',
    '3',
    '--rate',
    '60',
    '--duration',
    '0.3',
    '--ring-ms',
    '10',
    '--hold-ms',
    '150',
    '--rest-ms',
    '60',
    '--setup-rate',
    '5000',
  ];
  const options = readOptions([...short, ...args]) as LoadOptions;
  const report = await runLoad(options, {
    target,
    sample: () => [],
    tell: () => {},
    leaveClean: true,
    lostAfterMs: 150,
  });
  return { report, fake };
}

it.each(['presence', 'dialog'])('finds nothing wrong with a server that is right (%s)', async (eventPackage) => {
  const { report } = await run({}, '--package', eventPackage);
  expect(report.verdict).toEqual([]);
  expect(report.calls).toMatchObject({ placed: 18, ok: 18, failed: 0 });
  expect(report.transitions.map(({ count }) => count)).toEqual([54, 54, 54, 54]);
  expect(report.lamps).toMatchObject({ notifications: 216, duplicates: 0, stale: 0, retransmissions: 0 });
  expect(tableOf(report)).toContain('clean: nothing lost, nothing wrong');
});

// The first 120 NOTIFYs belong to the subscriptions themselves.
it.each([
  ['drops NOTIFYs', { after: 120, dropEvery: 10 }, /lamp changes lost/],
  ['contradicts itself', { after: 120, contradictEvery: 10 }, /right and turned wrong/],
  ['counts CSeq back', { after: 120, lowerCSeqEvery: 10 }, /lower CSeq/],
  ['refuses calls', { refuseInviteEvery: 5 }, /^3 calls failed \(INVITE answered 480: 3\)$/],
] as [string, Faults, RegExp][])('catches a server that %s', async (_title, faults, verdict) => {
  const { report } = await run(faults);
  expect(report.verdict.join('; ')).toMatch(verdict);
  expect(tableOf(report)).toContain('NOT CLEAN');
});

it('counts what is only wasteful without calling it wrong', async () => {
  const { report } = await run({ after: 120, repeatEvery: 10, duplicateEvery: 7 });
  expect(report.verdict).toEqual([]);
  expect(report.lamps.retransmissions).toBeGreaterThan(0);
  expect(report.lamps.duplicates).toBeGreaterThan(0);
});

it('never puts two calls on one line, and counts the calls it had no lines for', async () => {
  const { report } = await run({}, '--lines', '4', '--watchers', '1', '--hold-ms', '200');
  expect(report.calls.starved).toBeGreaterThan(0);
  expect(report.verdict).toEqual([]);
});
