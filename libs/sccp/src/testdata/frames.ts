import type { Message } from '../messages';

/**
 * Frames as hexadecimal digits. Those marked *made* were built by hand from the layouts and decoded as intended by tshark
 * 4.0.17; those marked *captured* were sent by a real phone and are quoted by chan-sccp.
 */
export interface FrameFixture {
  readonly title: string;
  readonly provenance: 'made' | 'captured';
  readonly version: number;
  readonly hex: string;
  readonly message: Message;
  /** We write another form of the message than the one that is read here. */
  readonly readOnly?: true;
}

const zeros = (count: number): string => '00'.repeat(count);

export const frames: readonly FrameFixture[] = [
  {
    title: 'KeepAlive',
    provenance: 'made',
    version: 3,
    hex: '04000000 00000000 00000000',
    message: { name: 'KeepAliveMessage' },
    // A phone's header, at no version of its own.
  },
  {
    title: 'KeepAliveAck, whose header has no version',
    provenance: 'made',
    version: 17,
    hex: '04000000 00000000 00010000',
    message: { name: 'KeepAliveAckMessage' },
  },
  {
    title: 'RegisterAck of version 17',
    provenance: 'made',
    version: 17,
    hex: '18000000 00000000 81000000 1e000000 442f4d2f 59000000 3c000000 1120f1ff',
    message: {
      name: 'RegisterAckMessage',
      keepAliveInterval: 30,
      dateTemplate: 'D/M/Y',
      secondaryKeepAliveInterval: 60,
      protocolVersion: 17,
      protocolFeatures: '20f1ff',
    },
  },
  {
    title: 'ButtonTemplate of a line, two BLF keys and a speed dial',
    provenance: 'made',
    version: 17,
    hex: `64000000 11000000 97000000 00000000 04000000 04000000 01090115 02150302 ${'00ff'.repeat(38)}`,
    message: {
      name: 'ButtonTemplateMessage',
      buttons: [
        { instance: 1, type: 0x09 },
        { instance: 1, type: 0x15 },
        { instance: 2, type: 0x15 },
        { instance: 3, type: 0x02 },
      ],
    },
  },
  {
    title: 'FeatureStatReq of a phone that sends the index alone',
    provenance: 'made',
    version: 11,
    hex: '08000000 00000000 34000000 01000000',
    message: { name: 'FeatureStatReqMessage', featureIndex: 1, featureCapabilities: undefined },
  },
  {
    title: 'FeatureStatReq with capabilities',
    provenance: 'made',
    version: 22,
    hex: '0c000000 16000000 34000000 01000000 01000000',
    message: { name: 'FeatureStatReqMessage', featureIndex: 1, featureCapabilities: 1 },
  },
  {
    title: 'FeatureStat of an idle BLF key',
    provenance: 'made',
    version: 5,
    hex: `38000000 00000000 1f010000 01000000 15000000 426f6200 ${zeros(36)} 01000000`,
    message: {
      name: 'FeatureStatMessage',
      featureIndex: 1,
      featureID: 0x15,
      featureTextLabel: 'Bob',
      featureStatus: 1,
    },
  },
  {
    title: 'FeatureStatDynamic with a label as long as it is',
    provenance: 'made',
    version: 17,
    hex: '14000000 11000000 46010000 01000000 15000000 04000000 426f6200',
    message: {
      name: 'FeatureStatDynamicMessage',
      featureIndex: 1,
      featureID: 0x15,
      featureStatus: 4,
      featureTextLabel: 'Bob',
    },
    readOnly: true,
  },
  {
    title: 'FeatureStatDynamic with a label of 121 bytes',
    provenance: 'made',
    version: 17,
    hex: `8c000000 11000000 46010000 01000000 15000000 04000000 426f62 ${zeros(121)}`,
    message: {
      name: 'FeatureStatDynamicMessage',
      featureIndex: 1,
      featureID: 0x15,
      featureStatus: 4,
      featureTextLabel: 'Bob',
    },
  },
  {
    title: 'SubscriptionStatReq',
    provenance: 'made',
    version: 17,
    hex: `10010000 11000000 48000000 10000000 01000000 100e0000 34303030 ${zeros(252)}`,
    message: {
      name: 'SubscriptionStatReqMessage',
      transactionID: 0x10,
      subscriptionFeatureID: 1,
      timer: 3600,
      subscriptionID: '4000',
    },
  },
  {
    title: 'SubscriptionStatReq of a 7921',
    provenance: 'captured',
    version: 11,
    hex: '14000000 00000000 48000000 00000000 01000000 4b0d0000 34303030',
    message: {
      name: 'SubscriptionStatReqMessage',
      transactionID: 0,
      subscriptionFeatureID: 1,
      timer: 3403,
      subscriptionID: '4000',
    },
    readOnly: true,
  },
  {
    title: 'SubscriptionStat OK',
    provenance: 'made',
    version: 17,
    hex: '14000000 11000000 52010000 10000000 01000000 100e0000 00000000',
    message: { name: 'SubscriptionStatMessage', transactionID: 0x10, subscriptionFeatureID: 1, timer: 3600, cause: 0 },
  },
  {
    title: 'SubscriptionStat RouteFail',
    provenance: 'made',
    version: 17,
    hex: '14000000 11000000 52010000 10000000 01000000 100e0000 01000000',
    message: { name: 'SubscriptionStatMessage', transactionID: 0x10, subscriptionFeatureID: 1, timer: 3600, cause: 1 },
  },
  {
    title: 'Notification in use',
    provenance: 'made',
    version: 17,
    hex: `74000000 11000000 53010000 10000000 01000000 02000000 ${zeros(100)}`,
    message: { name: 'NotificationMessage', transactionID: 0x10, subscriptionFeatureID: 1, status: 2, text: '' },
  },
  {
    title: 'Stimulus of BLF key 2',
    provenance: 'made',
    version: 17,
    hex: '14000000 11000000 05000000 15000000 02000000 00000000 00000000',
    message: {
      name: 'StimulusMessage',
      stimulus: 0x15,
      stimulusInstance: 2,
      callReference: 0,
      stimulusStatus: 0,
    },
  },
  {
    title: 'SetLamp of line 1, blinking',
    provenance: 'made',
    version: 17,
    hex: '10000000 11000000 86000000 09000000 01000000 05000000',
    message: { name: 'SetLampMessage', stimulus: 9, stimulusInstance: 1, lampMode: 5 },
  },
  {
    title: 'CallState ring in',
    provenance: 'made',
    version: 17,
    hex: '1c000000 11000000 11010000 04000000 01000000 4d000000 00000000 04000000 00000000',
    message: {
      name: 'CallStateMessage',
      callState: 4,
      lineInstance: 1,
      callReference: 77,
      visibility: 0,
      precedenceLevel: 4,
      precedenceDomain: 0,
    },
  },
  {
    title: 'SelectSoftKeys of the ring-in set',
    provenance: 'made',
    version: 17,
    hex: '14000000 11000000 10010000 01000000 4d000000 03000000 ffffffff',
    message: {
      name: 'SelectSoftKeysMessage',
      lineInstance: 1,
      callReference: 77,
      softKeySetIndex: 3,
      validKeyMask: 0xffffffff,
    },
  },
  {
    title: 'SoftKeyEvent Answer',
    provenance: 'made',
    version: 17,
    hex: '10000000 11000000 26000000 0b000000 01000000 4d000000',
    message: { name: 'SoftKeyEventMessage', softKeyEvent: 11, lineInstance: 1, callReference: 77 },
  },
  {
    title: 'OpenReceiveChannelAck with an address of four bytes',
    provenance: 'made',
    version: 11,
    hex: '18000000 00000000 22000000 00000000 c000020a 00600000 07000000 4d000000',
    message: {
      name: 'OpenReceiveChannelAck',
      mediaStatus: 0,
      ipAddress: '192.0.2.10',
      port: 24576,
      passThruPartyID: 7,
      callReference: 77,
    },
  },
  {
    title: 'OpenReceiveChannelAck with an address of twenty bytes',
    provenance: 'made',
    version: 17,
    hex: `28000000 11000000 22000000 00000000 00000000 c000020a ${zeros(12)} 00600000 07000000 4d000000`,
    message: {
      name: 'OpenReceiveChannelAck',
      mediaStatus: 0,
      ipAddress: '192.0.2.10',
      port: 24576,
      passThruPartyID: 7,
      callReference: 77,
    },
  },
];

/** Bytes 40 to 43 of RegisterMessage as real phones sent them: highest version and features, quoted by chan-sccp and sccp-rs. */
export const registerVersions: readonly {
  readonly phone: string;
  readonly bytes: string;
  readonly version: number;
  readonly features: number;
}[] = [
  { phone: '7960, load 8.x', bytes: '0b006085', version: 11, features: 0x8560 },
  { phone: '7941, load SCCP41.8-5-3S', bytes: '11007285', version: 17, features: 0x8572 },
  { phone: '7965, load 9.x', bytes: '16007285', version: 22, features: 0x8572 },
  { phone: '6961', bytes: '0f207085', version: 15, features: 0x8570 },
  { phone: '8945', bytes: '16207085', version: 22, features: 0x8570 },
];
