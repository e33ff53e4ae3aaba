/** BLF keys and BLF call lists [sccp-wire 2], [cme-presence 4.6]. */

/** 0x0034: the state of a BLF or feature key is wanted. `capabilities` is absent in a 7960 and not used. */
export interface FeatureStatReqMessage {
  readonly name: 'FeatureStatReqMessage';
  readonly featureIndex: number;
  readonly featureCapabilities: number | undefined;
}

/** 0x011F */
export interface FeatureStatMessage {
  readonly name: 'FeatureStatMessage';
  readonly featureIndex: number;
  /** The button's type. */
  readonly featureID: number;
  readonly featureTextLabel: string;
  /** See `blfStatuses`. */
  readonly featureStatus: number;
}

/** 0x0146; Wireshark has it as FeatureStatV2ResMessage, wazo as FEATURE_STAT, Cisco's debug as StationFeatureStatV2Message. */
export interface FeatureStatDynamicMessage extends Omit<FeatureStatMessage, 'name'> {
  readonly name: 'FeatureStatDynamicMessage';
}

/** 0x0048: a call list shows this number. */
export interface SubscriptionStatReqMessage {
  readonly name: 'SubscriptionStatReqMessage';
  /** Chosen by the phone; all its bits count. */
  readonly transactionID: number;
  /** 1 is BLF. */
  readonly subscriptionFeatureID: number;
  /** Seconds. */
  readonly timer: number;
  /** The directory number. */
  readonly subscriptionID: string;
}

/** 0x0152 */
export interface SubscriptionStatMessage {
  readonly name: 'SubscriptionStatMessage';
  readonly transactionID: number;
  readonly subscriptionFeatureID: number;
  readonly timer: number;
  /** See `subscriptionCauses`. */
  readonly cause: number;
}

/** 0x0153: the state of a number in a call list. */
export interface NotificationMessage {
  readonly name: 'NotificationMessage';
  readonly transactionID: number;
  readonly subscriptionFeatureID: number;
  /** See `blfStatuses`. */
  readonly status: number;
  readonly text: string;
}
