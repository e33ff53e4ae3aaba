import { type LineView, settle } from '@linewatch/edge';
import { emptyLine, evolveLine, lampOf, type LineState } from '@linewatch/presence';
import { flowOf } from '../testing/fake-transport';
import { connectionOf, contactOf, PHONES, RegistrarRig } from './testing/registrar-rig';

const OTHER_CONTACT = contactOf('2101', flowOf('127.0.0.21', 5070));

function causes(rig: RegistrarRig): [string, number][] {
  return rig.lines.facts('2101').map(({ cause, bindings }) => [cause, bindings.length]);
}

/** What an edge that starts knows of line 2101: the fold of the facts, or of the first few of them. */
function viewOf(rig: RegistrarRig, upTo = Infinity): LineView {
  const fold = rig.lines
    .facts('2101')
    .slice(0, upTo)
    .reduce(
      (line, data, at) => evolveLine(line, { type: 'linewatch.line.registration', data, seq: at + 1, time: 0 }),
      emptyLine('2101'),
    );
  const state: LineState = { lamp: lampOf(fold), dialogs: [], phones: {}, relayed: {}, since: 0, cause: '', fold };
  return { line: '2101', version: 1, state };
}

describe('RegistrationKeeper', () => {
  it('[SB-88] ends a binding when its time is over, not before, and only that one', async () => {
    const rig = new RegistrarRig();
    await rig.register({ contacts: [contactOf('2101', flowOf(), ';expires=60'), OTHER_CONTACT], expires: 300 });
    await rig.clock.pass(59_900);
    expect(rig.lines.facts('2101')).toHaveLength(1);
    await rig.clock.pass(200);
    expect(causes(rig)).toEqual([['registered', 2], ['expired', 1]]); // prettier-ignore
    await rig.clock.pass(240_000);
    expect(causes(rig).at(-1)).toEqual(['expired', 0]);
    expect(rig.keeper.size).toBe(0);
  });

  it('waits on when the binding was refreshed, here or at another edge', async () => {
    const rig = new RegistrarRig();
    const other = new RegistrarRig(PHONES, { id: 'sip-edge-2', epoch: 9 }, rig.lines);
    await rig.register({ expires: 60 });
    await rig.clock.pass(50_000);
    await rig.register({ expires: 60 });
    await rig.clock.pass(50_000);
    await other.clock.pass(100_000);
    await other.register({ expires: 60, callId: 'elsewhere' });
    await rig.clock.pass(20_000);
    expect(causes(rig).map(([cause]) => cause)).toEqual(['registered', 'refreshed', 'refreshed']);
    expect(rig.keeper.size).toBe(0);
    expect(await rig.contacts()).toHaveLength(1);
  });

  it('ends a binding later when the stream is away at its time', async () => {
    const rig = new RegistrarRig();
    await rig.register({ expires: 60 });
    rig.lines.isAway = true;
    await rig.clock.pass(70_000);
    rig.lines.isAway = false;
    await rig.clock.pass(1_100);
    expect(causes(rig).at(-1)).toEqual(['expired', 0]);
  });

  it('[SB-107] ends what was bound to a connection when it ends, and nothing else', async () => {
    const rig = new RegistrarRig();
    rig.open.add('c1').add('c2');
    await rig.register({ flow: connectionOf('c1') });
    await rig.register({ flow: connectionOf('c2', '127.0.0.21', 40_001), callId: 'two' });
    rig.open.delete('c1');
    rig.endpoint.closed(connectionOf('c1'));
    await settle();
    expect(causes(rig).at(-1)).toEqual(['connection-lost', 1]);
    expect(await rig.contacts()).toEqual(['sip:2101@127.0.0.21:40001;transport=tcp']);
  });

  it('keeps a phone that came back on another connection before the first one was seen to end', async () => {
    const rig = new RegistrarRig();
    rig.open.add('c1').add('c2');
    const contacts = [contactOf('2101')];
    await rig.register({ flow: connectionOf('c1'), contacts });
    await rig.register({ flow: connectionOf('c2', '127.0.0.21', 40_001), contacts });
    rig.open.delete('c1');
    rig.endpoint.closed(connectionOf('c1'));
    await settle();
    expect(causes(rig).map(([cause]) => cause)).toEqual(['registered', 'refreshed']);
  });

  it('notices a connection that ended while its REGISTER was held', async () => {
    const rig = new RegistrarRig();
    rig.open.add('c1');
    rig.lines.isAway = true;
    await rig.hear(rig.textOf({ flow: connectionOf('c1') }), connectionOf('c1'));
    rig.open.delete('c1');
    rig.endpoint.closed(connectionOf('c1'));
    rig.lines.isAway = false;
    await rig.clock.pass(1_000);
    expect(causes(rig).at(-1)).toEqual(['connection-lost', 0]);
  });

  it('ends what was bound to a connection later when the stream is away', async () => {
    const rig = new RegistrarRig();
    rig.open.add('c1');
    await rig.register({ flow: connectionOf('c1') });
    rig.lines.isAway = true;
    rig.open.delete('c1');
    rig.endpoint.closed(connectionOf('c1'));
    await rig.clock.pass(3_000);
    rig.lines.isAway = false;
    await rig.clock.pass(1_100);
    expect(causes(rig).at(-1)).toEqual(['connection-lost', 0]);
  });

  it('takes up after a restart what this edge had: expiry by the bindings of now, connections of then are gone', async () => {
    const before = new RegistrarRig();
    before.open.add('c1');
    await before.register({ flow: connectionOf('c1'), callId: 'stream' });
    await before.register({ contacts: [OTHER_CONTACT], expires: 60, callId: 'datagram' });
    await before.register({ contacts: [OTHER_CONTACT], expires: 300, callId: 'datagram' });
    before.keeper.stop();
    const after = new RegistrarRig(PHONES, { id: 'sip-edge-1', epoch: 8 }, before.lines);
    // The state that was published last knows nothing of the refresh.
    after.keeper.restore([viewOf(before, 2)]);
    await after.clock.pass(1_000);
    expect(causes(after).at(-1)).toEqual(['connection-lost', 1]);
    await after.clock.pass(200_000);
    expect(await after.contacts()).toHaveLength(1);
    await after.clock.pass(100_000);
    expect(causes(after).at(-1)).toEqual(['expired', 0]);
  });

  it('leaves the bindings of other edges to them', async () => {
    const rig = new RegistrarRig();
    await rig.register({ expires: 60 });
    const other = new RegistrarRig(PHONES, { id: 'sip-edge-2', epoch: 9 }, rig.lines);
    other.keeper.restore([viewOf(rig)]);
    await other.clock.pass(100_000);
    expect(causes(rig)).toEqual([['registered', 1]]);
    expect(other.keeper.size).toBe(0);
  });
});
