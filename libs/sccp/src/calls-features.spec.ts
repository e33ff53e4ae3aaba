import { CallsStory, far, pcma, pcmu } from './calls.fixture';

describe('hold and resume [sccp-wire 5.7]', () => {
  it('holds: no sound, and the far side is told', () => {
    expect(new CallsStory().talking().softKey('hold').news()).toEqual([
      'stop sending 1 party 1',
      'stop listening 1 party 1',
      'state 1 hold',
      'prompt 1 "Hold"',
      'keys 1 onHold',
      'speaker off',
      'leg 1: modify SEP1.1 0.0.0.0:9 0,8,18,101 inactive',
      'lamp line 1 wink',
      'line 1 1 initiator confirmed held 2101',
    ]);
  });

  it('resumes: the phone listens again, and the far side is told where', () => {
    const story = new CallsStory().talking().softKey('hold');
    story.command(1, { type: 'modified', exchange: 'SEP1.1', media: far({ direction: 'inactive' }) }).forget();
    expect(story.softKey('resume').news()).toEqual([
      'speaker on',
      'plane 1',
      'state 1 connected',
      'info 1 3001 to 2101',
      'keys 1 connected',
      'prompt 1 "Connected"',
      'listen 1 party 2 g711Ulaw',
      'timer channel 1 5000',
      'lamp line 1 on',
      'line 1 1 initiator confirmed 2101',
    ]);
    expect(story.listening(4002).news()).toEqual([
      'no timer channel 1',
      'leg 1: modify SEP1.2 192.0.2.10:4002 0,101 sendrecv',
    ]);
    expect(story.command(1, { type: 'modified', exchange: 'SEP1.2', media: far({ port: 5002 }) }).news()).toEqual([
      'send 1 to 192.0.2.20:5002 g711Ulaw',
    ]);
  });

  it('the key for hold alone does both, and so does the key of the line', () => {
    const story = new CallsStory().talking();
    story.softKey('hold').forget().softKey('hold');
    expect(story.news()).toContain('state 1 connected');
    story.softKey('hold').forget().press({ type: 'lineKey', line: 1 });
    expect(story.news()).toContain('listen 1 party 3 g711Ulaw');
  });

  it('a resume during the exchange of the hold is said after it', () => {
    const story = new CallsStory().talking().softKey('hold').softKey('resume').listening(4002).forget();
    expect(story.state.calls[0]).toMatchObject({ asked: 'SEP1.1', isStale: true });
    story.command(1, { type: 'modified', exchange: 'SEP1.1', media: far({ direction: 'inactive' }) });
    expect(story.news()).toContain('leg 1: modify SEP1.2 192.0.2.10:4002 0,101 sendrecv');
  });

  it.each([491, 500])('says it again after a moment when both asked at once: %d [RFC3261 14.1]', (status) => {
    const story = new CallsStory().talking().softKey('hold').forget();
    story.command(1, { type: 'modifyRefused', exchange: 'SEP1.1', status });
    expect(story.news()).toEqual(['timer retry 1 1000']);
    expect(story.take({ type: 'timer', name: 'retry 1' }).news()).toEqual([
      'leg 1: modify SEP1.2 0.0.0.0:9 0,8,18,101 inactive',
    ]);
  });

  it('stays on hold when the far side refuses to resume', () => {
    const story = new CallsStory().talking().softKey('hold');
    story.command(1, { type: 'modified', exchange: 'SEP1.1', media: far({ direction: 'inactive' }) });
    story.softKey('resume').listening().forget();
    story.command(1, { type: 'modifyRefused', exchange: 'SEP1.2', status: 488 });
    expect(story.news()).toEqual(expect.arrayContaining(['state 1 hold', 'stop listening 1 party 2']));
    expect(story.state.calls[0]).toMatchObject({ phase: 'held' });
  });

  it('an answer to another exchange changes nothing', () => {
    const story = new CallsStory().talking().softKey('hold').forget();
    story.command(1, { type: 'modified', exchange: 'other', media: far() });
    story.command(1, { type: 'modifyRefused', exchange: 'other', status: 488 });
    expect(story.news()).toEqual([]);
  });
});

describe('the far side', () => {
  it('holds: the phone sends no more, and resumes', () => {
    const story = new CallsStory().talking();
    story.command(1, { type: 'modify', exchange: 'x', media: far({ direction: 'sendonly' }) });
    expect(story.news()).toEqual(['leg 1: modified x 192.0.2.10:4000 0,101 recvonly', 'stop sending 1 party 1']);
    story.command(1, { type: 'modify', exchange: 'y', media: far() });
    expect(story.news()).toEqual([
      'leg 1: modified y 192.0.2.10:4000 0,101 sendrecv',
      'send 1 to 192.0.2.20:5000 g711Ulaw',
    ]);
  });

  it('holds as old phones do, with the address 0.0.0.0', () => {
    const story = new CallsStory().talking();
    story.command(1, { type: 'modify', exchange: 'x', media: far({ address: '0.0.0.0' }) });
    expect(story.news()).toContain('stop sending 1 party 1');
  });

  it('moves: the phone sends there [sccp-wire 5.8]', () => {
    const story = new CallsStory().talking();
    story.command(1, { type: 'modify', exchange: 'x', media: far({ address: '192.0.2.77', port: 7000 }) });
    expect(story.news()).toEqual([
      'leg 1: modified x 192.0.2.10:4000 0,101 sendrecv',
      'stop sending 1 party 1',
      'send 1 to 192.0.2.77:7000 g711Ulaw',
    ]);
  });

  it('takes another codec: the phone listens anew before it answers', () => {
    const story = new CallsStory().talking();
    story.command(1, { type: 'modify', exchange: 'x', media: far({ codecs: [pcma] }) });
    expect(story.news()).toEqual([
      'stop sending 1 party 1',
      'stop listening 1 party 1',
      'listen 1 party 2 g711Alaw',
      'timer channel 1 5000',
    ]);
    expect(story.listening(4002).news()).toEqual([
      'no timer channel 1',
      'leg 1: modified x 192.0.2.10:4002 8 sendrecv',
      'send 1 to 192.0.2.20:5000 g711Alaw',
    ]);
  });

  it('wants an offer: the phone listens anew and offers; the answer comes with the acknowledgement', () => {
    const story = new CallsStory().talking().command(1, { type: 'modify', exchange: 'x' }).forget();
    expect(story.listening(4002).news()).toEqual([
      'no timer channel 1',
      'leg 1: modified x 192.0.2.10:4002 0,101,8,18 sendrecv',
    ]);
    story.command(1, { type: 'confirm', exchange: 'x', media: far({ port: 7000, codecs: [pcmu] }) });
    expect(story.news()).toEqual(['send 1 to 192.0.2.20:7000 g711Ulaw']);
  });

  it('is refused while another exchange is open, and when it has no codec in common', () => {
    const story = new CallsStory().talking();
    story.command(1, { type: 'modify', exchange: 'x', media: far({ codecs: [{ payload: 99, name: 'x', rate: 1 }] }) });
    expect(story.news()).toEqual(['leg 1: modifyRefused x 488']);
    story.softKey('hold').forget();
    expect(story.command(1, { type: 'modify', exchange: 'y', media: far() }).news()).toEqual([
      'leg 1: modifyRefused y 491',
    ]);
  });

  it('is refused when the phone holds before it listens anew', () => {
    const story = new CallsStory()
      .talking()
      .command(1, { type: 'modify', exchange: 'x', media: far({ codecs: [pcma] }) });
    expect(story.forget().softKey('hold').news()).toContain('leg 1: modifyRefused x 491');
  });

  it('is answered inactive while the phone holds', () => {
    const story = new CallsStory().talking().softKey('hold');
    story.command(1, { type: 'modified', exchange: 'SEP1.1', media: far({ direction: 'inactive' }) }).forget();
    story.command(1, { type: 'modify', exchange: 'x', media: far({ codecs: [pcma] }) });
    expect(story.news()).toEqual(['leg 1: modified x 0.0.0.0:9 8 inactive']);
  });
});

describe('two calls', () => {
  it('a second one waits: it shows and beeps, the bell stays silent', () => {
    const story = new CallsStory().talking();
    expect(story.offer({ media: far({ port: 6000 }) })).toBe(2);
    expect(story.news()).toEqual([
      'state 2 ringIn',
      'keys 2 ringIn',
      'info 2 2101 to 3001',
      'prompt 2 "From Bob"',
      'tone 2 callWaiting',
      'leg 2: progress 180',
      'lamp line 1 blink',
      'line 1 2 recipient early 2101',
    ]);
  });

  it('the first is held when the second is answered', () => {
    const story = new CallsStory().talking();
    story.offer({ media: far() });
    story.forget();
    const news = story.softKey('answer', 2).news();
    expect(news).toEqual(
      expect.arrayContaining(['leg 1: modify SEP1.1 0.0.0.0:9 0,8,18,101 inactive', 'listen 2 party 2 g711Ulaw']),
    );
    expect(news.indexOf('stop listening 1 party 1')).toBeLessThan(news.indexOf('listen 2 party 2 g711Ulaw'));
    expect(story.state.calls.map(({ phase }) => phase)).toEqual(['held', 'connected']);
  });

  it('the bell rings for the second when the first ends', () => {
    const story = new CallsStory().talking();
    story.offer();
    story.forget();
    expect(story.hangUp().news()).toContain('bell 2 inside');
  });

  it('a third finds the dual line busy', () => {
    const story = new CallsStory().talking();
    story.offer();
    story.forget();
    story.offer();
    expect(story.news()).toEqual(['leg 3: refused 486']);
  });

  it('change places by resume', () => {
    const story = new CallsStory().talking();
    story.offer({ media: far() });
    story.softKey('answer', 2).listening().forget();
    story.softKey('resume', 1);
    expect(story.state.calls.map(({ phase }) => phase)).toEqual(['connected', 'held']);
  });

  it('hanging up ends the one that talks, not the one that waits', () => {
    const story = new CallsStory().talking().softKey('hold').softKey('newCall').forget();
    story.hangUp();
    expect(story.state.calls.map(({ call, phase }) => [call, phase])).toEqual([[1, 'held']]);
  });

  it('a call that only begins ends when another is answered', () => {
    const story = new CallsStory().lift();
    story.offer();
    story.softKey('answer', 2);
    expect(story.state.calls.map(({ call }) => call)).toEqual([2]);
  });
});

describe('transfer', () => {
  const consulting = (): CallsStory => {
    const story = new CallsStory().talking().softKey('transfer').digits('2102');
    return story.command(2, { type: 'progress', status: 180 }).forget();
  };

  it('first holds, with a dial tone for the other number', () => {
    const news = new CallsStory().talking().softKey('transfer').news();
    expect(news).toEqual(
      expect.arrayContaining([
        'state 1 hold',
        'leg 1: modify SEP1.1 0.0.0.0:9 0,8,18,101 inactive',
        'tone 2 insideDial',
      ]),
    );
  });

  it('by the second press joins both calls when the other has answered', () => {
    const story = consulting();
    story
      .command(2, { type: 'accept', media: far({ port: 6000 }) })
      .listening()
      .forget();
    expect(story.softKey('transfer').news()).toEqual(['prompt 1 "Transfer"', 'leg 1: join SEP1.2 2']);
    story.command(2, { type: 'release', cause: 'transferred' }).command(1, { type: 'release', cause: 'transferred' });
    expect(story.news()).toEqual(
      expect.arrayContaining(['leg 1: released transferred', 'leg 2: released transferred', 'lamp line 1 off']),
    );
    expect(story.state.calls).toEqual([]);
  });

  it('by the second press sends the first call there when the other rings', () => {
    const story = consulting();
    const news = story.softKey('transfer').news();
    expect(news).toEqual(expect.arrayContaining(['leg 2: released normal', 'leg 1: refer SEP1.2 2102']));
    story.command(1, { type: 'referProgress', exchange: 'SEP1.2', status: 100 });
    story.command(1, { type: 'referProgress', exchange: 'SEP1.2', status: 200 }).forget();
    story.command(1, { type: 'release', cause: 'transferred' });
    expect(story.news()).toContain('line 1 1 initiator terminated 2101');
  });

  it('is done with the number in a system that transfers blind', () => {
    const story = new CallsStory({}, { transferSystem: 'full-blind' }).talking().softKey('transfer').forget();
    const news = story.digits('2102').news();
    expect(news).toContain('leg 1: refer SEP1.2 2102');
    expect(news).not.toContain('leg 2: started 1 2102');
  });

  it.each<[string, (story: CallsStory) => unknown]>([
    ['is refused', (story) => story.command(1, { type: 'referRefused', exchange: 'SEP1.2', status: 491 })],
    ['comes to nothing', (story) => story.command(1, { type: 'referProgress', exchange: 'SEP1.2', status: 486 })],
  ])('that %s leaves the first call on hold', (_, act) => {
    const story = consulting().softKey('transfer').forget();
    act(story);
    expect(story.news()).toEqual(['notice "Transfer failed"', 'prompt 1 "Hold"']);
    expect(story.softKey('resume').news()).toContain('state 1 connected');
  });

  it('is given up when the user ends the second call', () => {
    const story = consulting().softKey('endCall', 2).forget();
    expect(story.state.calls).toMatchObject([{ call: 1, phase: 'held' }]);
  });

  it('is a plain call when the first one ends meanwhile', () => {
    const story = consulting().command(1, { type: 'release', cause: 'normal' }).forget();
    story.command(2, { type: 'accept', media: far() }).listening().forget();
    expect(story.softKey('transfer').news()).toContain('state 2 hold');
  });

  it('finds no line on a phone that has one', () => {
    const story = new CallsStory({ lines: [{ number: '3001', displayName: '', channels: 1 }] }).talking();
    expect(story.softKey('transfer').news()).toEqual(['notice "No line available"']);
    expect(story.state.calls).toMatchObject([{ phase: 'connected' }]);
  });
});

describe('do not disturb', () => {
  it('is turned on and off, and shown', () => {
    const story = new CallsStory().forget();
    expect(story.softKey('doNotDisturb').news()).toEqual(['notice "Do Not Disturb is active"', 'dnd on']);
    expect(story.softKey('doNotDisturb').news()).toEqual(['ClearNotifyMessage', 'dnd off']);
  });

  it('lets calls in without a sound', () => {
    const story = new CallsStory().take({ type: 'doNotDisturb', isOn: true }).forget();
    story.offer();
    const news = story.news();
    expect(news).toContain('state 1 ringIn');
    expect(news).not.toContain('bell 1 inside');
  });

  it('pressed for a call that rings silences it, and lasts until that call ends [AG-dnd]', () => {
    const story = new CallsStory();
    story.offer();
    story.forget();
    expect(story.softKey('doNotDisturb', 1).news()).toEqual(['dnd on for 1', 'bell 1 off']);
    expect(story.command(1, { type: 'release', cause: 'cancelled' }).news()).toContain('dnd off for 1');
  });
});

describe('forwarding of all calls', () => {
  const asked = () => new CallsStory().softKey('forwardAll');
  const forwards = (story: CallsStory) => story.news().filter((each) => /^(forward|leg|state)/.test(each));

  it('asks for a number as for a call, and the digit that completes it ends that', () => {
    const story = asked();
    expect(story.news()).toEqual(expect.arrayContaining(['state 1 offHook', 'prompt 1 "Forward all calls to"']));
    expect(forwards(story.digits('2101'))).toEqual(['forward line 1 2101', 'state 1 onHook']);
    expect(story.state.calls).toEqual([]);
    expect(story.state.lastDialled).toBeUndefined();
  });

  it.each([
    ['the cross', (story: CallsStory) => story.digits('21#'), ['forward line 1 21', 'state 1 onHook']],
    ['EndCall', (story: CallsStory) => story.digits('21').softKey('endCall'), ['forward line 1 21', 'state 1 onHook']],
    [
      'its own key',
      (story: CallsStory) => story.digits('21').softKey('forwardAll'),
      ['forward line 1 21', 'state 1 onHook'],
    ],
    [
      'a speed dial',
      (story: CallsStory) => story.press({ type: 'dialKey', number: '2101', instance: 1 }),
      ['forward line 1 2101', 'state 1 onHook'],
    ],
    [
      'EndCall without a number: nothing is forwarded',
      (story: CallsStory) => story.softKey('endCall'),
      ['state 1 onHook'],
    ],
    [
      'its own key without a number: nothing is forwarded',
      (story: CallsStory) => story.softKey('forwardAll'),
      ['state 1 onHook'],
    ],
    [
      'the handset put down: nothing is forwarded',
      (story: CallsStory) => story.digits('21').hangUp(),
      ['state 1 onHook'],
    ],
  ])('ends with %s', (_how, act, said) => {
    expect(forwards(act(asked().forget()))).toEqual(said);
  });

  it('may begin off hook, on the line that has the dial tone', () => {
    const story = new CallsStory().lift(2).forget();
    expect(forwards(story.softKey('forwardAll').digits('2101'))).toEqual(['forward line 2 2101', 'state 1 onHook']);
  });

  it('of a line that is forwarded ends by one press', () => {
    const lines = [{ number: '3001', displayName: 'Alice', channels: 2, isForwarded: true }];
    const story = new CallsStory({ lines });
    expect(story.softKey('forwardAll').news()).toEqual(['forward line 1 off']);
    story.lift();
    expect(forwards(story.forget().softKey('forwardAll'))).toEqual(['forward line 1 off', 'state 1 onHook']);
  });

  it('leaves a call that is up on hold meanwhile', () => {
    const story = new CallsStory().talking().softKey('forwardAll').digits('2101');
    expect(story.state.calls).toMatchObject([{ call: 1, phase: 'held' }]);
    expect(story.news()).toContain('forward line 1 2101');
  });
});

describe('call pickup', () => {
  it('asks at which number the call rings, and takes it when it is offered', () => {
    const story = new CallsStory().softKey('pickup').forget().digits('2101');
    expect(story.news().filter((each) => /^(pick|leg)/.test(each))).toEqual(['pick up line 1 2101']);
    const call = story.offer({ media: far(), pickUp: true });
    story.listening();
    expect(story.state.calls).toMatchObject([{ call, phase: 'connected', isAgreed: true }]);
    expect(story.news()).toEqual(expect.arrayContaining([expect.stringMatching(/^leg \d+: answered/)]));
  });

  it('rings nobody’s bell', () => {
    const story = new CallsStory().forget();
    story.offer({ media: far(), pickUp: true });
    expect(story.news().filter((each) => each.startsWith('bell'))).toEqual([]);
  });
});
