import { type Command, type Mode, taggedMode } from '../command';
import { flagOn, setting } from '../command-kinds';
import { type EphoneDn } from '../sccp-config';
import { forgetNumber, refuseShared, renumber } from '../shared-numbers';
import { callForwards } from './call-forward';
import { allowWatch } from './common';
import { conference, paging, parkSlot } from './floating';

const number: Command<EphoneDn> = {
  pattern: 'number ~ EXTENSION$number [secondary EXTENSION$secondary] [no-reg [<both|primary>$scope]]',
  help: [
    'The telephone number',
    'Up to 16 characters; a dot is any one digit',
    'Another number for the same line, which cannot be watched',
    'Number',
    'Numbers that are not registered with a gatekeeper, kept without effect',
    'Both',
    'The primary number',
  ],
  refuse: (dn, args, draft) =>
    refuseShared(draft, dn, { number: args.text('number'), shared: dn.sharedLineSip !== undefined }),
  set: (dn, args, draft) =>
    renumber(draft, dn, () => {
      forgetNumbers(dn);
      dn.number = args.text('number');
      if (args.has('secondary')) dn.secondary = args.text('secondary');
      if (args.has('no-reg')) dn.noReg = (args.value('scope') ?? 'secondary') as EphoneDn['noReg'];
    }),
  unset: (dn, _args, draft) => renumber(draft, dn, () => forgetNumbers(dn)),
  render: ({ number: primary, secondary, noReg }) => {
    if (primary === undefined) return [];
    const second = secondary === undefined ? '' : ` secondary ${secondary}`;
    const scope = noReg === undefined || noReg === 'secondary' ? '' : ` ${noReg}`;
    return [`number ${primary}${second}${noReg === undefined ? '' : ` no-reg${scope}`}`];
  },
};

const huntstopChannel: Command<EphoneDn> = {
  pattern: 'huntstop channel ~ [(1-8)$limit]',
  help: ['Calls do not go on to another dn of the number', 'Incoming calls use the first channels only', 'How many'],
  set: (dn, args) => {
    dn.huntstopChannel = args.has('limit') ? { limit: args.number('limit') } : {};
  },
  unset: (dn) => {
    delete dn.huntstopChannel;
  },
  render: ({ huntstopChannel: { limit } = { limit: -1 } }) =>
    limit === -1 ? [] : [`huntstop channel${limit === undefined ? '' : ` ${limit}`}`],
};

const preference: Command<EphoneDn> = {
  pattern: 'preference ~ (0-10)$order [secondary (0-10)$secondary]',
  help: ['Order among the dns of a number', '0 is first', 'Order of the secondary number', '0 is first'],
  set: (dn, args) => {
    dn.preference = { order: args.number('order') };
    if (args.has('secondary')) dn.preference.secondary = args.number('secondary');
  },
  unset: (dn) => {
    delete dn.preference;
  },
  render: ({ preference: preferred }) => {
    if (preferred === undefined) return [];
    const { order, secondary } = preferred;
    return [`preference ${order}${secondary === undefined ? '' : ` secondary ${secondary}`}`];
  },
};

const sharedLine: Command<EphoneDn> = {
  pattern: 'shared-line sip ~ [max calls (2-16)$calls]',
  help: [
    'Other phones carry this line too',
    'SIP phones',
    'Limit',
    'Concurrent calls',
    'Number of calls, 2 by default',
  ],
  refuse: (dn, _args, draft) => refuseShared(draft, dn, { number: dn.number, shared: true }),
  set: (dn, args, draft) =>
    renumber(draft, dn, () => {
      dn.sharedLineSip = { maxCalls: args.has('calls') ? args.number('calls') : 2 };
    }),
  unset: (dn, _args, draft) =>
    renumber(draft, dn, () => {
      delete dn.sharedLineSip;
    }),
  render: ({ sharedLineSip: shared }) => {
    if (shared === undefined) return [];
    return [shared.maxCalls === 2 ? 'shared-line sip' : `shared-line sip max calls ${shared.maxCalls}`];
  },
};

const label: Command<EphoneDn> = {
  ...setting('label', 'LABEL', ['Text beside the key instead of the number', 'Up to 30 characters'], 'label'),
  needs: (dn) => (dn.number === undefined ? '% The number of this ephone-dn has to be configured first' : undefined),
};

const tagged = taggedMode<EphoneDn>({
  name: 'ephone-dn',
  prompt: 'config-ephone-dn',
  pattern: 'ephone-dn (1-MAX)$tag ~ [<dual-line|octo-line>$mode]',
  help: ['A directory number of SCCP phones', 'Tag of the directory number', 'Two channels', 'Eight channels'],
  table: 'ephoneDns',
  create: (tag, args) => {
    const mode = args.value('mode') as EphoneDn['lineMode'];
    return { tag, ...(mode && { lineMode: mode }), huntstop: true };
  },
  heading: ({ tag, lineMode }) => `ephone-dn  ${tag}${lineMode === undefined ? '' : `  ${lineMode}`}`,
  refuse: ({ config }, args) => {
    const dn = config.ephoneDns[args.number('tag')];
    if (dn === undefined || !args.has('mode') || dn.lineMode === args.text('mode')) return undefined;
    const mode = dn.lineMode ?? 'single-line';
    return `% ephone-dn ${dn.tag} is ${mode}, which cannot be changed; remove it and create it again`;
  },
  commands: [
    number,
    parkSlot,
    paging,
    conference,
    label,
    setting('description', 'DISPLAY', ['Text in the header of the phone', 'Text'], 'description'),
    setting('name', 'DISPLAY', ['Name shown to the other party', 'Name'], 'name'),
    allowWatch(),
    setting('ephone-dn-template', '(1-15)', ['Template the dn follows', 'Tag of the ephone-dn-template'], 'template'),
    setting('application', 'LINE', ['Application for its calls, kept without effect', 'Name'], 'application'),
    ...callForwards,
    sharedLine,
    preference,
    huntstopChannel,
    flagOn<EphoneDn>('huntstop', ['Calls do not go on to another dn of the number'], 'huntstop'),
  ],
});

/** `ephone-dn <tag> [dual-line | octo-line]`: a directory number of SCCP phones [cme-presence 2.3, 2.8]. */
export const ephoneDn: Mode<EphoneDn> = {
  ...tagged,
  close: (draft, args) => {
    const dn = draft.config.ephoneDns[args.number('tag')];
    if (dn) forgetNumber(draft, dn);
    tagged.close(draft, args);
  },
};

function forgetNumbers(dn: EphoneDn): void {
  delete dn.number;
  delete dn.secondary;
  delete dn.noReg;
}
