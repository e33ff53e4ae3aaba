import { legRestoreSchema, resumeCall, type RestoredLeg } from './resume';
import { stepCall } from './call';

const leg = (id: string, over: Partial<RestoredLeg> = {}): RestoredLeg => ({
  leg: id,
  edge: `edge-of-${id}`,
  role: id === 'a' ? 'caller' : 'callee',
  party: { number: id },
  state: 'confirmed',
  ...over,
});
const coupledTo = (id: string): Partial<RestoredLeg> => ({ peer: { leg: id, edge: `edge-of-${id}` } });
const commands = (effects: ReturnType<typeof resumeCall>['effects']): string[] =>
  effects.flatMap((each) => (each.type === 'command' ? [`${each.leg}: ${each.command.type}`] : [each.type]));

describe('resumeCall', () => {
  it('takes up two answered legs that name each other, and probes them', () => {
    const { state, effects } = resumeCall('c', [leg('b', coupledTo('a')), leg('a', coupledTo('b'))]);
    expect(state).toMatchObject({ status: 'up', legs: [{ leg: 'a' }, { leg: 'b' }] });
    expect(commands(effects)).toEqual(['a: probe', 'b: probe', 'startTimer']);
  });

  it('lets a later BYE end the other leg', () => {
    const { state } = resumeCall('c', [leg('a', coupledTo('b')), leg('b', coupledTo('a'))]);
    const step = state && stepCall(state, { type: 'leg', leg: 'b', event: { type: 'released', cause: 'normal' } });
    expect(step && commands(step.effects)).toEqual(['a: release', 'stopTimer', 'startTimer']);
  });

  it('takes up a transferred call, whose legs were both called', () => {
    const legs = [
      leg('b', coupledTo('d')),
      leg('d', coupledTo('b')),
      leg('a', { ...coupledTo('b'), state: 'terminated' }),
    ];
    expect(resumeCall('c', legs).state).toMatchObject({ status: 'up', legs: [{ leg: 'b' }, { leg: 'd' }] });
  });

  it.each([
    [
      'one that was ringing',
      [leg('a', { state: 'trying' }), leg('b', { state: 'early' })],
      ['a: release', 'b: release'],
    ],
    ['a leg whose peer has ended', [leg('a', coupledTo('b')), leg('b', { state: 'terminated' })], ['a: release']],
    ['a leg that is alone', [leg('a', coupledTo('b'))], ['a: release']],
    [
      'two legs of which one names another',
      [leg('a', coupledTo('b')), leg('b', coupledTo('d'))],
      ['a: release', 'b: release'],
    ],
    ['nothing', [], []],
  ])('ends %s', (_what, legs, expected) => {
    const { state, effects } = resumeCall('c', legs);
    expect(state).toBeUndefined();
    expect(commands(effects)).toEqual(expected);
  });

  it('releases a third leg and keeps the pair', () => {
    const legs = [leg('a', coupledTo('b')), leg('b', coupledTo('a')), leg('d', { state: 'early' })];
    const { state, effects } = resumeCall('c', legs);
    expect(state?.status).toBe('up');
    expect(commands(effects)[0]).toBe('d: release');
  });
});

test('what a leg keeps is read also where its protocol keeps nothing, as JSON has it', () => {
  const kept = { role: 'callee', party: { number: '3002' }, controller: 'sip-edge-1', protocol: undefined };
  expect(legRestoreSchema.safeParse(JSON.parse(JSON.stringify(kept))).success).toBe(true);
});
