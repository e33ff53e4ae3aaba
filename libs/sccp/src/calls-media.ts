import type { ChannelPurpose, StationCall } from './calls-state';
import type { CallsTurn } from './calls-turn';
import {
  answeringDirection,
  chooseCodec,
  type ChosenCodec,
  type MediaDescription,
  offeredCodecs,
  wantsSound,
} from './media';

/**
 * Channels of sound and what the far side is told of them [sccp-wire 5.8]. A phone names the address of its channel only
 * once it has opened it, so every offer and answer waits for OpenReceiveChannelAck.
 */

/** Milliseconds of sound in a packet. */
const PACKET_MS = 20;
/** DSCP EF. */
const EXPEDITED = 0xb8;
const DTMF_TYPE = 10;

/** Has the phone listen with this codec, and tell the far side for that purpose. An open channel is closed before. */
export function openChannel(turn: CallsTurn, call: StationCall, chosen: ChosenCodec, purpose: ChannelPurpose): void {
  const closed = closeChannels(turn, call);
  const party = turn.newParty();
  const opened = turn.update(closed, { receive: { party, chosen, purpose } });
  turn.send({
    name: 'OpenReceiveChannel',
    conferenceID: opened.call,
    passThruPartyID: party,
    millisecondPacketSize: PACKET_MS,
    compressionType: chosen.compressionType,
    echoCancellation: 0,
    codecParameters: 0,
    callReference: opened.call,
    streamPassThroughID: 0,
    associatedStreamID: 0,
    rfc2833PayloadType: chosen.digits?.payload ?? 0,
    dtmfType: DTMF_TYPE,
    mixingMode: 0,
    partyDirection: 1,
    // No filter: a phone did not acknowledge a channel with a concrete source [sccp-wire 4].
    sourceIpAddress: '0.0.0.0',
    sourcePort: 0,
    requestedIpAddrType: 0,
    audioLevelAdjustment: 0,
  });
  turn.start(`channel ${opened.call}`, turn.world.settings.channelMs);
}

/** Has the phone stop listening and sending. */
export function closeChannels(turn: CallsTurn, call: StationCall): StationCall {
  const silent = stopSending(turn, call);
  if (!silent.receive) return silent;
  const { party, at, purpose } = silent.receive;
  if (!at) turn.stop(`channel ${call.call}`);
  // The far side waits for an answer that this channel was to bring.
  if (!at && purpose.type === 'modified' && silent.leg === 'open') {
    turn.tell(silent, { type: 'modifyRefused', exchange: purpose.exchange, status: 491 });
  }
  turn.send({
    name: 'CloseReceiveChannel',
    conferenceID: call.call,
    passThruPartyID: party,
    callReference: call.call,
    portHandling: 0,
  });
  return turn.update(silent, { receive: undefined });
}

function stopSending(turn: CallsTurn, call: StationCall): StationCall {
  if (!call.sendingTo) return call;
  turn.send({
    name: 'StopMediaTransmission',
    conferenceID: call.call,
    passThruPartyID: call.sendingTo.party,
    callReference: call.call,
    portHandling: 0,
  });
  return turn.update(call, { sendingTo: undefined });
}

/** Has the phone send where the far side wants to hear it, and nowhere else. */
export function sendWhereWanted(turn: CallsTurn, call: StationCall): StationCall {
  const { remote, receive, sendingTo } = call;
  if (!remote || !receive?.at || call.phase === 'held' || !wantsSound(remote)) return stopSending(turn, call);
  const { address, port, ptime } = remote;
  const codec = receive.chosen.compressionType;
  const isSame =
    sendingTo?.address === address &&
    sendingTo.port === port &&
    sendingTo.codec === codec &&
    sendingTo.party === receive.party;
  if (isSame) return call;
  const stopped = stopSending(turn, call);
  turn.send({
    name: 'StartMediaTransmission',
    conferenceID: call.call,
    passThruPartyID: receive.party,
    remoteIpAddress: address,
    remotePort: port,
    millisecondPacketSize: ptime ?? PACKET_MS,
    compressionType: codec,
    precedenceValue: EXPEDITED,
    silenceSuppression: 0,
    maxFramesPerPacket: 0,
    codecParameters: 0,
    callReference: call.call,
    streamPassThroughID: 0,
    associatedStreamID: 0,
    rfc2833PayloadType: receive.chosen.digits?.payload ?? 0,
    dtmfType: DTMF_TYPE,
    mixingMode: 0,
    partyDirection: 1,
  });
  return turn.update(stopped, { sendingTo: { party: receive.party, address, port, codec } });
}

/** What we say of our side now: an offer has all codecs of the phone, an answer and a later offer the one in use. */
export function describe(turn: CallsTurn, call: StationCall, kind: 'offer' | 'reoffer' | 'answer'): MediaDescription {
  const { receive, remote } = call;
  const chosen = receive
    ? [receive.chosen.codec, ...(receive.chosen.digits ? [receive.chosen.digits] : [])]
    : undefined;
  const all = offeredCodecs(turn.state.capabilities);
  const used = chosen ?? all;
  // The codec that the phone listens with comes first.
  const offered = [...used, ...all.filter(({ payload }) => !used.some((each) => each.payload === payload))];
  if (!receive?.at || call.phase === 'held') {
    // Port 9 (discard) says that there is a stream, but nowhere to send it to yet [RFC3264 5.1].
    return {
      address: '0.0.0.0',
      port: 9,
      codecs: kind === 'offer' ? offered : used,
      ptime: PACKET_MS,
      direction: 'inactive',
    };
  }
  const direction = kind === 'answer' && remote ? answeringDirection(remote.direction) : 'sendrecv';
  return { ...receive.at, codecs: kind === 'offer' ? offered : used, ptime: PACKET_MS, direction };
}

/** The codec for an offer of ours: what the far side named before, else the first of the phone. */
export function codecForOffer(turn: CallsTurn, call: StationCall): ChosenCodec | undefined {
  const { capabilities } = turn.state;
  return (
    (call.remote && chooseCodec(call.remote.codecs, capabilities)) ??
    chooseCodec(offeredCodecs(capabilities), capabilities)
  );
}

/** Says anew what is not true any more, when nothing else is asked. */
export function negotiate(turn: CallsTurn, call: StationCall): void {
  if (!call.isStale || call.asked !== undefined || !call.isAgreed || call.leg !== 'open') return;
  // An opening channel says it itself when it is open.
  if (call.receive && !call.receive.at) return;
  const exchange = turn.newExchange();
  const asking = turn.update(call, { asked: exchange, isStale: undefined });
  turn.tell(asking, { type: 'modify', exchange, media: describe(turn, asking, 'reoffer') });
}

/** The phone listens: the far side hears where. */
export function channelOpened(turn: CallsTurn, call: StationCall, at: { address: string; port: number }): void {
  const { receive } = call;
  if (!receive || receive.at) return;
  turn.stop(`channel ${call.call}`);
  const open = turn.update(call, { receive: { ...receive, at } });
  const { purpose } = receive;
  switch (purpose.type) {
    case 'answer':
    case 'offer': {
      const agreed = turn.update(open, { isAgreed: true, reached: 'confirmed' });
      turn.tell(agreed, { type: 'answered', media: describe(turn, agreed, purpose.type) });
      break;
    }
    case 'confirm': {
      const agreed = turn.update(open, { isAgreed: true, reached: 'confirmed' });
      turn.tell(agreed, { type: 'confirmed', media: describe(turn, agreed, 'answer') });
      break;
    }
    case 'modified':
      turn.tell(open, {
        type: 'modified',
        exchange: purpose.exchange,
        media: describe(turn, open, purpose.isOffer ? 'offer' : 'answer'),
      });
      break;
    case 'modify':
      turn.update(open, { isStale: true });
      break;
    default:
      purpose satisfies never;
  }
  const current = turn.find(call.call);
  if (!current) return;
  // Of an offer of ours the answer must come first; resumed calls send where they sent before.
  const waits = purpose.type === 'offer' || (purpose.type === 'modified' && purpose.isOffer);
  const sending = waits ? current : sendWhereWanted(turn, current);
  negotiate(turn, sending);
}

/** The far side offers something else during the call. */
export function takeOffer(turn: CallsTurn, call: StationCall, exchange: string, offer: MediaDescription): void {
  const chosen = chooseCodec(offer.codecs, turn.state.capabilities);
  if (!chosen) return turn.tell(call, { type: 'modifyRefused', exchange, status: 488 });
  const changed = turn.update(call, { remote: offer });
  if (changed.phase === 'held') {
    return turn.tell(changed, {
      type: 'modified',
      exchange,
      media: { ...describe(turn, changed, 'answer'), codecs: codecsOf(chosen) },
    });
  }
  const { receive } = changed;
  if (receive?.at && receive.chosen.compressionType === chosen.compressionType) {
    const same = turn.update(changed, { receive: { ...receive, chosen } });
    turn.tell(same, { type: 'modified', exchange, media: describe(turn, same, 'answer') });
    sendWhereWanted(turn, same);
    return undefined;
  }
  return openChannel(turn, changed, chosen, { type: 'modified', exchange, isOffer: false });
}

/** The far side answered an offer of ours. `hadChoice`: of all our codecs, so that it may be another than we listen with. */
export function takeAnswer(turn: CallsTurn, call: StationCall, answer: MediaDescription, hadChoice: boolean): void {
  const answered = turn.update(call, { remote: answer });
  const chosen = chooseCodec(answer.codecs, turn.state.capabilities);
  const { receive } = answered;
  const isOther = chosen?.compressionType !== receive?.chosen.compressionType;
  if (hadChoice && receive?.at && chosen && isOther && answered.phase !== 'held') {
    // The phone listens with one codec only: with the other one it listens anew, and may do so elsewhere.
    return openChannel(turn, answered, chosen, { type: 'modify' });
  }
  const used = receive && chosen && !isOther ? turn.update(answered, { receive: { ...receive, chosen } }) : answered;
  negotiate(turn, sendWhereWanted(turn, used));
  return undefined;
}

function codecsOf({ codec, digits }: ChosenCodec): MediaDescription['codecs'] {
  return digits ? [codec, digits] : [codec];
}

/** Whether digits go as RTP events: the phone sends them itself. */
export function sendsDigitsItself(call: StationCall): boolean {
  return call.receive?.chosen.digits !== undefined;
}
