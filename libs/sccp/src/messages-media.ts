/** Channels of sound [sccp-wire 4]. Addresses are four bytes below version 17, twenty from it on. */

/** 0x0105: listen, and say where. */
export interface OpenReceiveChannel {
  readonly name: 'OpenReceiveChannel';
  readonly conferenceID: number;
  /** The server's name for this stream: comes back in the acknowledgement. */
  readonly passThruPartyID: number;
  readonly millisecondPacketSize: number;
  readonly compressionType: number;
  readonly echoCancellation: number;
  readonly codecParameters: number;
  readonly callReference: number;
  readonly streamPassThroughID: number;
  readonly associatedStreamID: number;
  readonly rfc2833PayloadType: number;
  readonly dtmfType: number;
  readonly mixingMode: number;
  readonly partyDirection: number;
  readonly sourceIpAddress: string;
  readonly sourcePort: number;
  readonly requestedIpAddrType: number;
  readonly audioLevelAdjustment: number;
}

/** 0x0022: where the phone listens, or why not. */
export interface OpenReceiveChannelAck {
  readonly name: 'OpenReceiveChannelAck';
  /** See `mediaStatuses`. */
  readonly mediaStatus: number;
  readonly ipAddress: string;
  readonly port: number;
  readonly passThruPartyID: number;
  readonly callReference: number | undefined;
}

/** 0x008A: send there. */
export interface StartMediaTransmission {
  readonly name: 'StartMediaTransmission';
  readonly conferenceID: number;
  readonly passThruPartyID: number;
  readonly remoteIpAddress: string;
  readonly remotePort: number;
  readonly millisecondPacketSize: number;
  readonly compressionType: number;
  /** The DSCP byte; 0xB8 is EF. */
  readonly precedenceValue: number;
  readonly silenceSuppression: number;
  readonly maxFramesPerPacket: number;
  readonly codecParameters: number;
  readonly callReference: number;
  readonly streamPassThroughID: number;
  readonly associatedStreamID: number;
  readonly rfc2833PayloadType: number;
  readonly dtmfType: number;
  readonly mixingMode: number;
  readonly partyDirection: number;
}

/** 0x0154 */
export interface StartMediaTransmissionAck {
  readonly name: 'StartMediaTransmissionAck';
  readonly conferenceID: number;
  readonly passThruPartyID: number;
  readonly callReference: number;
  readonly ipAddress: string;
  readonly port: number;
  readonly mediaStatus: number;
}

/** 0x0106, 0x008B */
export interface StopChannelMessage {
  readonly name: 'CloseReceiveChannel' | 'StopMediaTransmission';
  readonly conferenceID: number;
  readonly passThruPartyID: number;
  readonly callReference: number;
  /** 0 gives the port back, 1 keeps it. */
  readonly portHandling: number;
}

/** 0x002A */
export interface MediaTransmissionFailure {
  readonly name: 'MediaTransmissionFailure';
  readonly conferenceID: number;
  readonly passThruPartyID: number;
  readonly ipAddress: string;
  readonly port: number;
  readonly callReference: number;
}

/** 0x0107. `statsProcessing`: 0 clears the counters, 1 keeps them. */
export interface ConnectionStatisticsReq {
  readonly name: 'ConnectionStatisticsReq';
  readonly directoryNumber: string;
  readonly callReference: number;
  readonly statsProcessing: number;
}

/** 0x0023. Jitter and latency in milliseconds. */
export interface ConnectionStatisticsRes {
  readonly name: 'ConnectionStatisticsRes';
  readonly directoryNumber: string;
  readonly callReference: number;
  readonly statsProcessing: number;
  readonly packetsSent: number;
  readonly octetsSent: number;
  readonly packetsReceived: number;
  readonly octetsReceived: number;
  readonly packetsLost: number;
  readonly jitter: number;
  readonly latency: number;
}
