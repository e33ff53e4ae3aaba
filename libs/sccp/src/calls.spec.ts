import { CallsStory, far, g729, pcma, pcmu } from './calls.fixture';

describe('a call that is dialled [sccp-wire 5.5]', () => {
  it('begins with the handset, a dial tone and a line in use', () => {
    expect(new CallsStory().forget().lift().news()).toEqual([
      'state 1 offHook',
      'plane 1',
      'prompt 1 "Enter number"',
      'keys 1 offHook',
      'tone 1 insideDial',
      'timer digits 1 15000',
      'lamp line 1 on',
      'line 1 1 initiator trying',
    ]);
  });

  it('goes out when the digits are a number', () => {
    const story = new CallsStory().lift().digits('210').forget();
    expect(story.digits('1').news()).toEqual([
      'no timer digits 1',
      'dialled 1 2101',
      'state 1 proceed',
      'info 1 3001 to 2101',
      'keys 1 ringOut',
      'prompt 1 "To 2101"',
      'leg 1: started 1 2101',
      'line 1 1 initiator trying 2101',
    ]);
  });

  it('loses its tone with the first digit, and waits a while for each', () => {
    const story = new CallsStory().lift().forget();
    expect(story.digits('2').news()).toEqual(['no tone 1', 'keys 1 digitsAfterFirst', 'timer digits 1 10000']);
    expect(story.digits('1').news()).toEqual(['timer digits 1 10000']);
  });

  it.each<[string, (story: CallsStory) => unknown, string]>([
    ['the time is over', (story) => story.digits('21').take({ type: 'timer', name: 'digits 1' }), '21'],
    ['the cross is pressed', (story) => story.digits('21#'), '21'],
    ['the dial key is pressed', (story) => story.digits('21').softKey('dial'), '21'],
    [
      'the time is over for a part of a number',
      (story) => story.digits('210').take({ type: 'timer', name: 'digits 1' }),
      '210',
    ],
    [
      'a wrong digit was taken back',
      (story) => story.digits('30').softKey('backSpace').softKey('backSpace').digits('2102'),
      '2102',
    ],
  ])('goes out when %s', (_, act, number) => {
    const story = new CallsStory().lift().forget();
    act(story);
    expect(story.news()).toContain(`leg 1: started 1 ${number}`);
  });

  it('has its dial tone again when every digit is taken back', () => {
    const story = new CallsStory().lift().digits('2').forget();
    expect(story.softKey('backSpace').news()).toEqual([
      'BackSpaceResMessage',
      'timer digits 1 10000',
      'prompt 1 "Enter number"',
      'keys 1 offHook',
      'tone 1 insideDial',
      'timer digits 1 15000',
    ]);
  });

  it('fails when no number begins like that; the line stays in use until the user hangs up', () => {
    const story = new CallsStory().lift().forget();
    expect(story.digits('9').news()).toEqual([
      'no tone 1',
      'keys 1 digitsAfterFirst',
      'no timer digits 1',
      'state 1 invalidNumber',
      'keys 1 ringOut',
      'prompt 1 "Unknown number"',
      'tone 1 reorder',
      'timer tone 1 30000',
    ]);
    expect(story.hangUp().news()).toContain('line 1 1 initiator terminated');
  });

  it('ends without a leg when nothing was dialled', () => {
    const story = new CallsStory().lift();
    expect(story.hangUp().legs()).toEqual([]);
    expect(story.state.calls).toEqual([]);
  });

  it('fails when nothing is dialled for long', () => {
    const story = new CallsStory().lift().forget();
    expect(story.take({ type: 'timer', name: 'digits 1' }).news()).toContain('tone 1 reorder');
  });

  it.each<[string, (story: CallsStory) => unknown]>([
    ['a whole number without a line', (story) => story.press({ type: 'enbloc', number: '2101', line: 0 })],
    ['a speed dial or BLF key', (story) => story.press({ type: 'dialKey', number: '2101', instance: 1 })],
    ['whoever asks for it', (story) => story.take({ type: 'dial', number: '2101', line: 1 })],
    [
      'a key on a call with a dial tone',
      (story) => story.lift().press({ type: 'dialKey', number: '2101', instance: 1 }),
    ],
    ['digits without lifting the handset', (story) => story.digits('2101')],
    ['the key for a new call, then digits', (story) => story.softKey('newCall').digits('2101')],
    ['the key of the line, then digits', (story) => story.press({ type: 'lineKey', line: 1 }).digits('2101')],
  ])('can be made by %s', (_, act) => {
    const story = new CallsStory().forget();
    act(story);
    const started = story.legs();
    expect(started).toEqual([{ type: 'leg', call: 1, event: { type: 'started', line: 1, called: '2101' } }]);
  });

  it('uses the line that was named', () => {
    const story = new CallsStory().press({ type: 'enbloc', number: '2101', line: 2 });
    expect(story.news()).toContain('leg 1: started 2 2101');
  });

  it('turns the speaker on only when the handset was not lifted', () => {
    expect(new CallsStory().lift().news()).not.toContain('speaker on');
    expect(new CallsStory().softKey('newCall').news()).toContain('speaker on');
  });

  it('is redialled, on the line that has room', () => {
    const story = new CallsStory().lift().digits('2101').hangUp().forget();
    expect(story.softKey('redial').news()).toContain('leg 2: started 1 2101');
    expect(new CallsStory().softKey('redial').state.calls).toEqual([]);
  });

  it('rings there', () => {
    const story = new CallsStory().lift().digits('2101').forget();
    expect(story.command(1, { type: 'progress', status: 180 }).news()).toEqual([
      'state 1 ringOut',
      'info 1 3001 to 2101',
      'keys 1 ringOut',
      'prompt 1 "Ring out"',
      'tone 1 alerting',
      'line 1 1 initiator early 2101',
    ]);
    expect(story.command(1, { type: 'progress', status: 183 }).news()).toEqual([]);
  });

  it('is answered: the phone listens, the far side hears where, the phone sends there', () => {
    const story = new CallsStory().lift().digits('2101').command(1, { type: 'progress', status: 180 }).forget();
    expect(story.command(1, { type: 'accept', media: far() }).news()).toEqual([
      'no tone 1',
      'state 1 connected',
      'info 1 3001 to 2101',
      'keys 1 connected',
      'prompt 1 "Connected"',
      'listen 1 party 1 g711Ulaw',
      'timer channel 1 5000',
    ]);
    expect(story.listening(4000).news()).toEqual([
      'no timer channel 1',
      'leg 1: confirmed 192.0.2.10:4000 0,101 sendrecv',
      'send 1 to 192.0.2.20:5000 g711Ulaw',
      'line 1 1 initiator confirmed 2101',
    ]);
  });

  it.each([
    [486, 'state 1 busy', 'prompt 1 "Busy"', 'tone 1 lineBusy'],
    [600, 'state 1 busy', 'prompt 1 "Busy"', 'tone 1 lineBusy'],
    [404, 'state 1 invalidNumber', 'prompt 1 "Unknown number"', 'tone 1 reorder'],
    [480, 'state 1 congestion', 'prompt 1 "Not available"', 'tone 1 reorder'],
    [503, 'state 1 congestion', 'prompt 1 "Not available"', 'tone 1 reorder'],
  ])('that is refused with %d ends its leg; the user hears why', (status, ...shown) => {
    const story = new CallsStory().lift().digits('2101').forget();
    const news = story.command(1, { type: 'refuse', status }).news();
    expect(news).toEqual(expect.arrayContaining([...shown, 'leg 1: released refused']));
    expect(news).not.toContain('lamp line 1 off');
    const later = story.take({ type: 'timer', name: 'tone 1' }).news();
    expect(later).toEqual(
      expect.arrayContaining(['no tone 1', 'state 1 onHook', 'lamp line 1 off', 'line 1 1 initiator terminated 2101']),
    );
    expect(later.filter((line) => line.startsWith('leg'))).toEqual([]);
  });

  it('without a codec in common fails', () => {
    const story = new CallsStory().lift().digits('2101').forget();
    const media = far({ codecs: [{ payload: 99, name: 'speex', rate: 16000 }] });
    expect(story.command(1, { type: 'accept', media }).news()).toContain('leg 1: released failed');
  });

  it('ends when the phone opens no channel in time, or says that it cannot', () => {
    const story = new CallsStory().lift().digits('2101').command(1, { type: 'accept', media: far() }).forget();
    expect(story.take({ type: 'timer', name: 'channel 1' }).news()).toContain('leg 1: released failed');
    const other = new CallsStory().lift().digits('2101').command(1, { type: 'accept', media: far() }).forget();
    other.take({ type: 'media', event: { type: 'notReceiving', party: 1, status: 2 } });
    expect(other.news()).toContain('leg 1: released failed');
  });

  it('that the user ends before the answer is released', () => {
    const story = new CallsStory().lift().digits('2101').forget();
    expect(
      story
        .hangUp()
        .legs()
        .map(({ event }) => event),
    ).toEqual([{ type: 'released', cause: 'normal' }]);
  });
});

describe('a call that comes in [sccp-wire 5.4]', () => {
  it('rings', () => {
    const story = new CallsStory().forget();
    story.offer();
    expect(story.news()).toEqual([
      'state 1 ringIn',
      'keys 1 ringIn',
      'info 1 2101 to 3001',
      'prompt 1 "From Bob"',
      'leg 1: progress 180',
      'lamp line 1 blink',
      'bell 1 inside',
      'line 1 1 recipient early 2101',
    ]);
  });

  it('is answered by soft key: on the speaker', () => {
    const story = new CallsStory();
    story.offer({ media: far() });
    story.forget();
    expect(story.softKey('answer', 1).news()).toEqual([
      'speaker on',
      'state 1 offHook',
      'plane 1',
      'no tone 1',
      'state 1 connected',
      'info 1 2101 to 3001',
      'keys 1 connected',
      'prompt 1 "Connected"',
      'listen 1 party 1 g711Ulaw',
      'timer channel 1 5000',
      'lamp line 1 on',
      'bell 1 off',
    ]);
    expect(story.listening(4000).news()).toEqual([
      'no timer channel 1',
      'leg 1: answered 192.0.2.10:4000 0,101 sendrecv',
      'send 1 to 192.0.2.20:5000 g711Ulaw',
      'line 1 1 recipient confirmed 2101',
    ]);
  });

  it.each<[string, (story: CallsStory) => unknown, boolean]>([
    ['the handset', (story) => story.lift(), false],
    ['the key of the line', (story) => story.press({ type: 'lineKey', line: 1 }), true],
  ])('is answered by %s', (_, act, isSpeaker) => {
    const story = new CallsStory();
    story.offer({ media: far() });
    story.forget();
    act(story);
    const news = story.news();
    expect(news).toContain('listen 1 party 1 g711Ulaw');
    expect(news.includes('speaker on')).toBe(isSpeaker);
  });

  it('without an offer is answered with one: all codecs, the one it listens with first; the answer starts the sound', () => {
    const story = new CallsStory();
    story.offer();
    story.softKey('answer').forget();
    expect(story.listening(4000).news()).toEqual([
      'no timer channel 1',
      'leg 1: answered 192.0.2.10:4000 0,101,8,18 sendrecv',
      'line 1 1 recipient confirmed 2101',
    ]);
    expect(story.command(1, { type: 'confirm', media: far({ codecs: [pcmu] }) }).news()).toEqual([
      'send 1 to 192.0.2.20:5000 g711Ulaw',
    ]);
  });

  it('listens anew when the answer to its offer takes another codec, and says where', () => {
    const story = new CallsStory().answered();
    expect(story.command(1, { type: 'confirm', media: far({ codecs: [pcma] }) }).news()).toEqual([
      'stop listening 1 party 1',
      'listen 1 party 2 g711Alaw',
      'timer channel 1 5000',
    ]);
    expect(story.listening(4002).news()).toEqual([
      'no timer channel 1',
      'send 1 to 192.0.2.20:5000 g711Alaw',
      'leg 1: modify SEP1.1 192.0.2.10:4002 8 sendrecv',
    ]);
  });

  it.each<[string, () => CallsStory, number]>([
    ['the line is unknown', () => { const story = new CallsStory(); story.forget().offer({ line: 9 }); return story; }, 404],
    ['its line is busy', () => { const story = new CallsStory().press({ type: 'lineKey', line: 2 }).forget(); story.offer({ line: 2 }); return story; }, 486],
    ['there is no codec in common', () => { const story = new CallsStory().forget(); story.offer({ media: far({ codecs: [{ payload: 99, name: 'x', rate: 1 }] }) }); return story; }, 488],
  ])('is refused at once when %s', (_, tell, status) => {
    const story = tell();
    const effects = story.effects();
    expect(effects).toEqual([{ type: 'leg', call: expect.any(Number), event: { type: 'refused', status } }]);
  }); // prettier-ignore

  it('stops ringing when the far side gives up', () => {
    const story = new CallsStory();
    story.offer();
    story.forget();
    expect(story.command(1, { type: 'release', cause: 'cancelled' }).news()).toEqual([
      'no timer digits 1',
      'no timer tone 1',
      'no timer retry 1',
      'no prompt 1',
      'state 1 onHook',
      'keys 0 onHook',
      'leg 1: released cancelled',
      'lamp line 1 off',
      'bell 1 off',
      'line 1 1 recipient terminated 2101',
    ]);
  });

  it('chooses the first codec of the offer that the phone has', () => {
    const story = new CallsStory();
    story.offer({ media: far({ codecs: [{ payload: 3, name: 'GSM', rate: 8000 }, g729, pcmu] }) });
    story.softKey('answer').forget();
    expect(story.listening().news()).toContain('leg 1: answered 192.0.2.10:4000 18 sendrecv');
  });
});

describe('the end of a call [sccp-wire 5.6]', () => {
  it('by the user', () => {
    expect(new CallsStory().talking().hangUp().news()).toEqual([
      'stop sending 1 party 1',
      'stop listening 1 party 1',
      'no timer digits 1',
      'no timer tone 1',
      'no timer retry 1',
      'no prompt 1',
      'state 1 onHook',
      'keys 0 onHook',
      'speaker off',
      'leg 1: released normal',
      'lamp line 1 off',
      'line 1 1 initiator terminated 2101',
    ]);
  });

  it.each<[string, (story: CallsStory) => unknown, string]>([
    ['the soft key', (story) => story.softKey('endCall', 1), 'leg 1: released normal'],
    ['the far side', (story) => story.command(1, { type: 'release', cause: 'normal' }), 'leg 1: released normal'],
    [
      'a channel that failed',
      (story) => story.take({ type: 'media', event: { type: 'notSending', party: 1, status: 1 } }),
      'leg 1: released failed',
    ],
    ['the loss of the phone', (story) => story.take({ type: 'gone' }), 'leg 1: released silent'],
  ])('by %s', (_, act, last) => {
    const story = new CallsStory().talking();
    act(story);
    const news = story.news();
    expect(news).toEqual(expect.arrayContaining([last, 'line 1 1 initiator terminated 2101']));
    expect(story.state.calls).toEqual([]);
  });

  it('sends nothing to a phone that is gone', () => {
    const story = new CallsStory().talking().take({ type: 'gone' });
    expect(story.effects().filter(({ type }) => type === 'send')).toEqual([]);
  });
});

describe('a digit during a call', () => {
  it('is left to the phone when RTP events were agreed', () => {
    expect(new CallsStory().talking().digits('5').news()).toEqual([]);
  });

  it('goes as INFO when they were not', () => {
    const story = new CallsStory().lift().digits('2101');
    story
      .command(1, { type: 'accept', media: far({ codecs: [pcmu] }) })
      .listening()
      .forget();
    expect(
      story
        .digits('5')
        .legs()
        .map(({ event }) => event),
    ).toEqual([
      { type: 'info', exchange: 'SEP1.1', contentType: 'application/dtmf-relay', body: 'Signal=5\r\nDuration=160\r\n' },
    ]);
  });
});

describe('a phone', () => {
  it('below version 17 gets the fixed forms', () => {
    const story = new CallsStory({ version: 5, dynamicMessages: false }).lift().digits('2101');
    const names = story.effects().flatMap((effect) => (effect.type === 'send' ? [effect.message.name] : []));
    expect(names).toEqual(expect.arrayContaining(['CallInfoMessage', 'DisplayPromptStatusMessage']));
    expect(names.filter((name) => name.includes('Dynamic'))).toEqual([]);
  });

  it('answers a probe', () => {
    expect(new CallsStory().talking().command(1, { type: 'probe' }).news()).toEqual(['leg 1: alive']);
  });

  it('plays no digits of the far side', () => {
    const story = new CallsStory().talking();
    expect(story.command(1, { type: 'info', exchange: 'x' }).news()).toEqual(['leg 1: infoAnswered x 415']);
  });

  it('that has no line free says so', () => {
    const story = new CallsStory().press({ type: 'lineKey', line: 2 }).forget();
    const single = story.digits('2101').command(1, { type: 'accept', media: far() }).listening().forget();
    expect(single.press({ type: 'enbloc', number: '2102', line: 2 }).news()).toEqual(['notice "No line available"']);
  });

  it('passes keys on that are no calls', () => {
    const story = new CallsStory().talking();
    story
      .softKey('park', 1)
      .press({ type: 'voiceMail' })
      .softKey('groupPickup')
      .press({ type: 'featureKey', instance: 3 });
    expect(story.news()).toEqual([
      'feature park line 1 call 1',
      'feature voiceMail line 0 call 0',
      'feature groupPickup line 0 call 0',
      'feature featureKey line 3 call 0',
    ]);
  });

  it('shows a shared line that is used elsewhere [sccp-wire 5.7]', () => {
    const story = new CallsStory().forget();
    expect(story.take({ type: 'elsewhere', call: 70, line: 1, isInUse: true }).news()).toEqual([
      'state 70 remoteMultiline',
      'lamp line 1 on',
    ]);
    expect(story.take({ type: 'elsewhere', call: 70, line: 1, isInUse: true }).news()).toEqual([]);
    expect(story.take({ type: 'elsewhere', call: 70, line: 1, isInUse: false }).news()).toEqual([
      'state 70 onHook',
      'lamp line 1 off',
    ]);
  });
});
