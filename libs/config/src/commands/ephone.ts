import { parseButton, printButton } from '../buttons';
import { type Command, flag, taggedMode } from '../command';
import { flagOn, order, setting } from '../command-kinds';
import { formatMac } from '../mac';
import { type Ephone, type EphoneButton } from '../sccp-config';
import { username } from './common';
import { ephoneType } from './ephone-type';
import { blfSpeedDial, fastdial, featureButton, speedDial } from './phone-keys';

/** A line of running-config has room for this many characters of buttons; more of them start another line. */
const BUTTONS_WIDTH = 200;

const macAddress: Command<Ephone> = {
  pattern: 'mac-address ~ [H.H.H$mac] [reserved]',
  help: ['MAC address of the phone', 'MAC address', 'Kept for this phone'],
  set: (phone, args) => {
    if (args.has('mac')) phone.mac = args.text('mac');
    if (args.has('reserved')) phone.macReserved = true;
    else delete phone.macReserved;
  },
  unset: (phone) => {
    delete phone.mac;
    delete phone.macReserved;
  },
  render: printMac,
  diff: (from, to) => {
    if (from?.mac === to.mac && from?.macReserved === to.macReserved) return [];
    // Without an address the command keeps the one that was there.
    return [...(from && to.mac === undefined ? ['no mac-address'] : []), ...printMac(to)];
  },
};

const template: Command<Ephone> = {
  ...setting('ephone-template', '(1-20)', ['Template the phone follows', 'Tag of the ephone-template'], 'template'),
  needs: ({ mac }) => (mac === undefined ? '% The mac-address of this ephone has to be configured first' : undefined),
};

const pagingDn: Command<Ephone> = {
  pattern: 'paging-dn ~ (1-MAX)$tag [<multicast|unicast>$mode]',
  help: ['Paging number whose pages the phone gets', 'Tag of the ephone-dn', 'Over multicast', 'Over unicast'],
  set: (phone, args) => {
    phone.pagingDn = { tag: args.number('tag') };
    if (args.has('mode')) phone.pagingDn.mode = args.text('mode') as 'multicast' | 'unicast';
  },
  unset: (phone) => {
    delete phone.pagingDn;
  },
  render: ({ pagingDn: dn }) => (dn === undefined ? [] : [`paging-dn ${dn.tag}${dn.mode ? ` ${dn.mode}` : ''}`]),
};

const autoLine: Command<Ephone> = {
  pattern: 'auto-line ~ [<(1-56)$button [answer-incoming]|incoming>]',
  help: [
    'Which line lifting the handset selects: a ringing one, else the first free one',
    'Always this button',
    'But a ringing one first',
    'Only a ringing one',
  ],
  set: (phone, args) => {
    if (args.has('button'))
      phone.autoLine = {
        button: args.number('button'),
        ...(args.has('answer-incoming') && { answerIncoming: true }),
      };
    else if (args.has('incoming')) phone.autoLine = 'incoming';
    else delete phone.autoLine;
  },
  unset: (phone) => {
    phone.autoLine = 'off';
  },
  reset: (phone) => {
    delete phone.autoLine;
  },
  render: ({ autoLine: selects }) => {
    if (selects === undefined) return [];
    if (selects === 'off') return ['no auto-line'];
    if (selects === 'incoming') return ['auto-line incoming'];
    return [`auto-line ${selects.button}${selects.answerIncoming ? ' answer-incoming' : ''}`];
  },
};

/** Each `button` adds to the ones before: what it names replaces what the button was. */
const button: Command<Ephone> = {
  pattern: 'button ~ BUTTON$buttons...',
  help: ['Lines on the buttons of the phone', 'Button, what it is (: b c f m o s w x) and dn-tag, e.g. 1:1 2o3,4'],
  set: (phone, args, draft) => {
    for (const { button: at, value } of buttonsOf(args.text('buttons'))) draft.own(phone, 'buttons')[at] = value;
  },
  unset: (phone, args, draft) => {
    const named = args.has('buttons') ? buttonsOf(args.text('buttons')).map((one) => one.button) : undefined;
    for (const at of named ?? Object.keys(phone.buttons).map(Number)) delete draft.own(phone, 'buttons')[at];
  },
  render: ({ buttons }) => buttonLines(Object.entries(buttons)).map((line) => `button  ${line}`),
  diff: (from, to) => {
    const [old, now] = [from?.buttons ?? {}, to.buttons];
    const gone = Object.entries(old).filter(([at]) => now[Number(at)] === undefined);
    const changed = Object.entries(now).filter(([at, value]) => !isSame(old[Number(at)], value));
    return [
      ...buttonLines(gone).map((line) => `no button ${line}`),
      ...buttonLines(changed).map((line) => `button ${line}`),
    ];
  },
};

/** `ephone <tag>`: an SCCP phone [cme-presence 2.4 to 2.6, 2.8]; commands in the order of cme-presence 6.6. */
export const ephone = taggedMode<Ephone>({
  name: 'ephone',
  prompt: 'config-ephone',
  pattern: 'ephone (1-MAX)$tag',
  help: ['An SCCP phone', 'Tag of the phone'],
  table: 'ephones',
  phones: 'sccp',
  create: (tag) => ({
    tag,
    fastdials: {},
    speedDials: {},
    blfSpeedDials: {},
    callList: false,
    phoneUiBlf: true,
    featureButtons: {},
    buttons: {},
  }),
  commands: [
    setting('description', 'DISPLAY', ['What the phone is', 'Text'], 'description'),
    macAddress,
    template,
    setting('max-calls-per-button', '(1-8)', ['Calls on one octo-line button', 'Number'], 'maxCallsPerButton'),
    setting('busy-trigger-per-button', '(1-8)', ['Calls that make it busy', 'Number'], 'busyTriggerPerButton'),
    username((name) => `"${name}"`),
    fastdial(),
    speedDial(),
    blfSpeedDial('(1-75)'),
    flag<Ephone>('presence call-list', ['Presence features', 'BLF call-list of this phone'], 'callList'),
    flagOn<Ephone>(
      'phone-ui blf-speed-dial',
      ['Menus of the phone', 'Users may edit its BLF speed-dials, kept without effect'],
      'phoneUiBlf',
    ),
    featureButton(),
    setting('logout-profile', '(1-MAX)', ['Profile while nobody is logged in', 'Tag of the profile'], 'logoutProfile'),
    pagingDn,
    autoLine,
    setting('keepalive', '(10-65535)', ['Time between two signs of life of the phone', 'Seconds'], 'keepalive'),
    ephoneType,
    button,
    order('restart', ['Restart the phone'], 'restart'),
    order('reset', ['Reset the phone'], 'reset'),
  ],
});

function printMac({ mac, macReserved }: Ephone): string[] {
  if (mac === undefined && !macReserved) return [];
  return [`mac-address${mac === undefined ? '' : ` ${formatMac(mac)}`}${macReserved ? ' reserved' : ''}`];
}

function buttonsOf(words: string): { button: number; value: EphoneButton }[] {
  return words.split(' ').flatMap((word) => parseButton(word, Infinity) ?? []);
}

function buttonLines(buttons: [string, EphoneButton][]): string[] {
  const lines: string[] = [];
  for (const [at, value] of buttons) {
    const word = printButton(at, value);
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < BUTTONS_WIDTH) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

function isSame(a: EphoneButton | undefined, b: EphoneButton): boolean {
  return a === b || (a?.separator === b.separator && a.tags.join() === b.tags.join());
}
