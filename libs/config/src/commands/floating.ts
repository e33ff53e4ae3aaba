import { type Args, type Command } from '../command';
import { type Conference, type EphoneDn, type Paging, type ParkSlot } from '../sccp-config';

/** What makes an ephone-dn a floating number, on no phone: park slot, paging, conference [cme-presence 2.8, 3.4]. */

/** `park-slot …`, its options in this order. */
export const parkSlot: Command<EphoneDn> = {
  pattern:
    'park-slot ~ [directed] [reservation-group (1-65535)$group] [reserved-for EXTENSION$reserved] ' +
    '[timeout (0-65535)$timeout limit (0-65535)$reminders] [notify EXTENSION$notify [only]] [recall] ' +
    '[transfer EXTENSION$transfer] [alternate EXTENSION$alternate] [retry (0-65535)$retry limit (0-65535)$tries]',
  help: [
    'A slot where one call can be parked',
    'Calls are parked by a transfer to it',
    'Only for phones of one group',
    'Group',
    'Only for calls parked by one extension',
    'Extension',
    'Reminders to the phone that parked the call',
    'Seconds between two reminders',
    'How many reminders',
    'How many',
    'Remind another extension too',
    'Extension',
    'Remind only that extension',
    'Return the call to the phone that parked it after the last reminder',
    'Transfer the call after the last reminder',
    'Extension',
    'Transfer it here when that extension is busy',
    'Extension',
    'Try a transfer again',
    'Seconds between two tries',
    'How many tries',
    'How many',
  ],
  set: (dn, args) => {
    dn.parkSlot = {
      ...(args.has('directed') && { directed: true }),
      ...(args.has('group') && { reservationGroup: args.number('group') }),
      ...(args.has('reserved') && { reservedFor: args.text('reserved') }),
      ...(args.has('timeout') && { timeout: { seconds: args.number('timeout'), limit: args.number('reminders') } }),
      ...(args.has('notify') && { notify: notifyOf(args) }),
      ...(args.has('recall') && { recall: true }),
      ...(args.has('transfer') && { transfer: args.text('transfer') }),
      ...(args.has('alternate') && { alternate: args.text('alternate') }),
      ...(args.has('retry') && { retry: { seconds: args.number('retry'), limit: args.number('tries') } }),
    };
  },
  unset: (dn) => {
    delete dn.parkSlot;
  },
  render: ({ parkSlot: slot }) => (slot === undefined ? [] : [['park-slot', ...printParkSlot(slot)].join(' ')]),
};

/** `paging [ip <multicast> port <port>] [group <dn-tags>]`. */
export const paging: Command<EphoneDn> = {
  pattern: 'paging ~ [ip A.B.C.D$address port (2000-65535)$port] [group TAGS$group]',
  help: [
    'A number whose calls are heard on a set of phones',
    'Over multicast',
    'Multicast address',
    'Port',
    'Port number',
    'Sets of other paging numbers',
    'Tags of their dns, e.g. 20,21',
  ],
  set: (dn, args) => {
    const value: Paging = {};
    if (args.has('address')) value.multicast = { address: args.text('address'), port: args.number('port') };
    if (args.has('group')) value.group = args.text('group').split(',').map(Number);
    dn.paging = value;
  },
  unset: (dn) => {
    delete dn.paging;
  },
  render: ({ paging: value }) => {
    if (value === undefined) return [];
    const ip = value.multicast === undefined ? '' : ` ip ${value.multicast.address} port ${value.multicast.port}`;
    return [`paging${ip}${value.group === undefined ? '' : ` group ${value.group.join()}`}`];
  },
};

/** `conference {ad-hoc [video] | meetme [video] [homogeneous] | unlocked}`. */
export const conference: Command<EphoneDn> = {
  pattern: 'conference ~ <ad-hoc [video]|meetme [video] [homogeneous]|unlocked>$kind',
  help: [
    'A number for conferences',
    'Made by a party of a call',
    'With video',
    'Made by calling it',
    'With video',
    'All video of one format',
    'Anybody may join',
  ],
  set: (dn, args) => {
    dn.conference = {
      kind: args.text('kind') as Conference['kind'],
      ...(args.has('video') && { video: true }),
      ...(args.has('homogeneous') && { homogeneous: true }),
    };
  },
  unset: (dn) => {
    delete dn.conference;
  },
  render: ({ conference: value }) => {
    if (value === undefined) return [];
    return [`conference ${value.kind}${value.video ? ' video' : ''}${value.homogeneous ? ' homogeneous' : ''}`];
  },
};

function notifyOf(args: Args): NonNullable<ParkSlot['notify']> {
  return { number: args.text('notify'), ...(args.has('only') && { only: true }) };
}

function printParkSlot(slot: ParkSlot): string[] {
  const { directed, reservationGroup, reservedFor, timeout, notify, recall, transfer, alternate, retry } = slot;
  return [
    ...(directed ? ['directed'] : []),
    ...(reservationGroup === undefined ? [] : [`reservation-group ${reservationGroup}`]),
    ...(reservedFor === undefined ? [] : [`reserved-for ${reservedFor}`]),
    ...(timeout === undefined ? [] : [`timeout ${timeout.seconds} limit ${timeout.limit}`]),
    ...(notify === undefined ? [] : [`notify ${notify.number}${notify.only ? ' only' : ''}`]),
    ...(recall ? ['recall'] : []),
    ...(transfer === undefined ? [] : [`transfer ${transfer}`]),
    ...(alternate === undefined ? [] : [`alternate ${alternate}`]),
    ...(retry === undefined ? [] : [`retry ${retry.seconds} limit ${retry.limit}`]),
  ];
}
