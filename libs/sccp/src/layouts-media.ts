import { codecs, mediaStatuses } from './codes';
import { address, after, before, byVersion, code, optionalU32, since, text, u16, u32, u8 } from './field';
import type { Layouts } from './layout';

/**
 * Layouts of the channels of sound [sccp-wire 4]. Encryption (48 bytes) and the latent capabilities (36 bytes, from
 * version 21 on) are written as zero and not read.
 */

const ENCRYPTION = 48;
const LATENT_CAPABILITIES = 36;

const stream = { conferenceID: u32, passThruPartyID: u32 };
const stopChannel = { ...stream, callReference: u32, portHandling: u32 };
const rfc2833 = { rfc2833PayloadType: u32, dtmfType: u32 };
const directoryNumber = byVersion(18, text(28), text(24));

export const mediaLayouts = {
  OpenReceiveChannel: {
    id: 0x0105,
    sender: 'server',
    fields: {
      ...stream,
      millisecondPacketSize: u32,
      compressionType: code(codecs),
      echoCancellation: u32,
      codecParameters: u32,
      callReference: u32,
      streamPassThroughID: after(ENCRYPTION, u32),
      associatedStreamID: u32,
      ...rfc2833,
      mixingMode: since(15, u32, 0),
      partyDirection: since(15, u32, 0),
      sourceIpAddress: since(15, address(), '0.0.0.0'),
      sourcePort: since(15, u32, 0),
      requestedIpAddrType: since(16, u32, 0),
      audioLevelAdjustment: since(18, before(u32, LATENT_CAPABILITIES, 21), 0),
    },
  },
  OpenReceiveChannelAck: {
    id: 0x0022,
    sender: 'phone',
    atLeast: 16,
    fields: {
      mediaStatus: code(mediaStatuses),
      ipAddress: address(32),
      port: u32,
      passThruPartyID: u32,
      callReference: optionalU32,
    },
  },
  StartMediaTransmission: {
    id: 0x008a,
    sender: 'server',
    fields: {
      ...stream,
      remoteIpAddress: address(),
      remotePort: u32,
      millisecondPacketSize: u32,
      compressionType: code(codecs),
      precedenceValue: u32,
      silenceSuppression: u32,
      maxFramesPerPacket: before(u16, 2),
      codecParameters: u32,
      callReference: u32,
      streamPassThroughID: after(ENCRYPTION, u32),
      associatedStreamID: u32,
      ...rfc2833,
      mixingMode: u32,
      partyDirection: since(15, before(u32, LATENT_CAPABILITIES, 21), 0),
    },
  },
  StartMediaTransmissionAck: {
    id: 0x0154,
    sender: 'phone',
    atLeast: 12,
    fields: { ...stream, callReference: u32, ipAddress: address(36), port: u32, mediaStatus: code(mediaStatuses) },
  },
  CloseReceiveChannel: { id: 0x0106, sender: 'server', fields: stopChannel },
  StopMediaTransmission: { id: 0x008b, sender: 'server', fields: stopChannel },
  MediaTransmissionFailure: {
    id: 0x002a,
    sender: 'phone',
    atLeast: 8,
    fields: { ...stream, ipAddress: address(32), port: u32, callReference: u32 },
  },
  ConnectionStatisticsReq: {
    id: 0x0107,
    sender: 'server',
    fields: { directoryNumber, callReference: u32, statsProcessing: u32 },
  },
  ConnectionStatisticsRes: {
    id: 0x0023,
    sender: 'phone',
    fields: {
      directoryNumber,
      callReference: u32,
      statsProcessing: byVersion(18, u8, u32),
      packetsSent: u32,
      octetsSent: u32,
      packetsReceived: u32,
      octetsReceived: u32,
      packetsLost: u32,
      jitter: u32,
      latency: u32,
    },
  },
} satisfies Partial<Layouts>;
