import { type Command, flag, singleMode } from '../command';
import { flagOn, order, setting } from '../command-kinds';
import { type TelephonyService, emptyTelephonyService } from '../sccp-config';
import { firmwareLoad } from './common';

const defaults = emptyTelephonyService();
const TIMEOUTS = 'How long to wait';
const SERVICE = 'What phones offer';
const CONSULT = 'With consultation, over H.450.2 or REFER';

const maxDn: Command<TelephonyService> = {
  pattern: 'max-dn ~ (1-MAX)$maximum [preference (0-10)$preference] [no-reg <primary|both>$scope]',
  help: [
    'Maximum number of directory numbers, kept without effect',
    'Maximum',
    'Preference of directory numbers that have none, kept without effect',
    'Preference, 0 is first',
    'Numbers that are not registered with a gatekeeper, kept without effect',
    'Primary numbers',
    'Primary and secondary numbers',
  ],
  set: (record, args) => {
    record.maxDn = { count: args.number('maximum') };
    if (args.has('preference')) record.maxDn.preference = args.number('preference');
    if (args.has('scope')) record.maxDn.noReg = args.text('scope') as 'primary' | 'both';
  },
  unset: (record) => {
    record.maxDn = { count: 0 };
  },
  render: ({ maxDn: { count, preference, noReg } }) => {
    if (count === 0) return [];
    const preferred = preference === undefined ? '' : ` preference ${preference}`;
    return [`max-dn ${count}${preferred}${noReg === undefined ? '' : ` no-reg ${noReg}`}`];
  },
};

const sourceAddress: Command<TelephonyService> = {
  pattern:
    'ip source-address ~ A.B.C.D$host [port (1-65535)$port] [secondary A.B.C.D$secondary [rehome (0-65535)$rehome]] ' +
    '[<any-match|strict-match>$match]',
  help: [
    'Where SCCP phones register',
    'IP address of this system',
    'Address',
    'Port for SCCP',
    'Port number, 2000 by default',
    'Another system, kept without effect',
    'Address',
    'When phones come back from it',
    'Seconds',
    'Phones may use another address of this system',
    'Phones must use this address',
  ],
  set: (record, args) => {
    const source: TelephonyService['sourceAddress'] = {
      host: args.text('host'),
      port: args.has('port') ? args.number('port') : 2000,
    };
    if (args.has('secondary')) source.secondary = { host: args.text('secondary') };
    if (source.secondary && args.has('rehome')) source.secondary.rehome = args.number('rehome');
    if (args.has('match')) source.match = args.text('match') as 'any-match' | 'strict-match';
    record.sourceAddress = source;
  },
  unset: (record) => {
    delete record.sourceAddress;
  },
  render: ({ sourceAddress: source }) => {
    if (source === undefined) return [];
    const { host, port, secondary, match } = source;
    const rehome = secondary?.rehome === undefined ? '' : ` rehome ${secondary.rehome}`;
    const second = secondary === undefined ? '' : ` secondary ${secondary.host}${rehome}`;
    return [`ip source-address ${host} port ${port}${second}${match === undefined ? '' : ` ${match}`}`];
  },
};

const url: Command<TelephonyService> = {
  pattern: 'url <authentication|directories|idle|information|messages|proxy-server|services>$kind ~ LINE$location',
  help: [
    'What the buttons of phones load',
    'Authentication of requests to phones',
    'Directories button',
    'Idle screen',
    'Information button',
    'Messages button',
    'Proxy for the other addresses',
    'Services button',
    'Address',
  ],
  set: (record, args, draft) => {
    draft.own(record, 'urls')[args.text('kind')] = args.text('location');
  },
  unset: (record, args, draft) => {
    delete draft.own(record, 'urls')[args.text('kind')];
  },
  render: ({ urls }) =>
    Object.entries(urls)
      .map(([kind, location]) => `url ${kind} ${location}`)
      .sort(),
};

const maxConferences: Command<TelephonyService> = {
  pattern: 'max-conferences ~ (1-MAX)$count [gain <-6|0|3|6>$gain]',
  help: [
    'Maximum number of conferences at once, kept without effect',
    'Number',
    'Gain for remote parties',
    '-6 dB',
    '0 dB',
    '3 dB',
    '6 dB',
  ],
  set: (record, args) => {
    record.maxConferences = { count: args.number('count') };
    if (args.has('gain')) record.maxConferences.gain = args.text('gain');
  },
  unset: (record) => {
    delete record.maxConferences;
  },
  render: ({ maxConferences: maximum }) =>
    maximum === undefined
      ? []
      : [`max-conferences ${maximum.count}${maximum.gain === undefined ? '' : ` gain ${maximum.gain}`}`],
};

const callForwardPattern: Command<TelephonyService> = {
  pattern: 'call-forward pattern DIALPLAN$pattern',
  help: ['Forwarding of calls', 'Calling numbers that are told of it, kept without effect', 'Pattern, e.g. .T'],
  set: (record, args) => {
    record.callForwardPatterns = [...new Set([...record.callForwardPatterns, args.text('pattern')])].sort();
  },
  unset: (record, args) => {
    record.callForwardPatterns = record.callForwardPatterns.filter((pattern) => pattern !== args.text('pattern'));
  },
  render: ({ callForwardPatterns }) => callForwardPatterns.map((pattern) => `call-forward pattern ${pattern}`),
};

const transferSystem: Command<TelephonyService> = {
  pattern: 'transfer-system ~ <blind|full-blind|full-consult|local-consult>$system [dss]',
  help: [
    'How phones transfer calls',
    'Without consultation, the Cisco way',
    'Without consultation, over H.450.2 or REFER',
    CONSULT,
    'With consultation on a second line, else blind',
    'To a monitored number by its key',
  ],
  refuse: (_record, args) =>
    args.has('dss') && args.text('system') !== 'full-consult' ? '% dss needs full-consult' : undefined,
  set: (record, args) => {
    const dss = args.has('dss') && args.text('system') === 'full-consult' ? ' dss' : '';
    record.transferSystem = `${args.text('system')}${dss}` as TelephonyService['transferSystem'];
  },
  unset: (record) => {
    delete record.transferSystem;
  },
  render: ({ transferSystem: system }) => (system === undefined ? [] : [`transfer-system ${system}`]),
};

const transferPattern: Command<TelephonyService> = {
  pattern: 'transfer-pattern DIALPLAN$pattern ~ [blind]',
  help: ['Numbers outside that calls may be transferred to', 'Pattern, e.g. .T', 'Always without consultation'],
  set: (record, args, draft) => {
    draft.own(record, 'transferPatterns')[args.text('pattern')] = args.has('blind') ? 'blind' : 'consult';
  },
  unset: (record, args, draft) => {
    delete draft.own(record, 'transferPatterns')[args.text('pattern')];
  },
  render: ({ transferPatterns }) =>
    Object.entries(transferPatterns)
      .map(([pattern, way]) => `transfer-pattern ${pattern}${way === 'blind' ? ' blind' : ''}`)
      .sort(),
};

const keepalive: Command<TelephonyService> = {
  pattern: 'keepalive ~ (10-65535)$seconds [auxiliary (10-65535)$auxiliary]',
  help: [
    'Time between two signs of life of a phone',
    'Seconds, 30 by default',
    'Towards a secondary system, kept without effect',
    'Seconds',
  ],
  set: (record, args) => {
    record.keepalive = args.number('seconds');
    if (args.has('auxiliary')) record.keepaliveAuxiliary = args.number('auxiliary');
    else delete record.keepaliveAuxiliary;
  },
  unset: (record) => {
    record.keepalive = defaults.keepalive;
    delete record.keepaliveAuxiliary;
  },
  render: ({ keepalive: seconds, keepaliveAuxiliary: auxiliary }) => {
    if (auxiliary !== undefined) return [`keepalive ${seconds} auxiliary ${auxiliary}`];
    return seconds === defaults.keepalive ? [] : [`keepalive ${seconds}`];
  },
};

const createCnfFiles: Command<TelephonyService> = {
  pattern: 'create cnf-files ~ [version-stamp LINE$stamp]',
  help: [
    'Create what phones load',
    'Their files; they are made anew whenever a phone asks',
    'Stamp of the last time, kept without effect',
    'Stamp',
  ],
  set: (record, args) => {
    if (args.has('stamp')) record.cnfFilesStamp = args.text('stamp');
  },
  unset: (record) => {
    delete record.cnfFilesStamp;
  },
  render: ({ cnfFilesStamp }) =>
    cnfFilesStamp === undefined ? [] : [`create cnf-files version-stamp ${cnfFilesStamp}`],
  order: 'create-files',
};

/** `telephony-service`: the SCCP side of the system [cme-presence 2.8]; commands in the order of cme-presence 6.3. */
export const telephonyService = singleMode<TelephonyService>({
  name: 'telephony-service',
  prompt: 'config-telephony',
  under: 'configure',
  field: 'telephonyService',
  phones: 'sccp',
  help: ['SCCP phones'],
  empty: emptyTelephonyService,
  enters: (record) => {
    record.enabled = true;
  },
  exists: (record) => record.enabled,
  commands: [
    flagOn('auto-reg-ephone', ['Let phones register that have no ephone'], 'autoRegister'),
    firmwareLoad(),
    setting(
      'max-ephones',
      '(1-MAX)',
      ['Maximum number of phones, kept without effect', 'Maximum'],
      'maxEphones',
      defaults.maxEphones,
    ),
    maxDn,
    sourceAddress,
    flag<TelephonyService>('service dss', [SERVICE, 'Transfer of a call by a BLF or monitor key'], 'serviceDss'),
    flag<TelephonyService>(
      'service profile callLogBlfEnabled',
      [SERVICE, 'Profile in the files of phones', 'Status of numbers in call lists'],
      'callLogBlfEnabled',
    ),
    setting('timeouts interdigit', '(2-120)', [TIMEOUTS, 'Between digits', 'Seconds'], 'interdigitTimeout', 10),
    setting('timeouts ringing', '(5-60000)', [TIMEOUTS, 'For an answer', 'Seconds'], 'ringingTimeout', 180),
    setting('timeouts busy', '(0-30)', [TIMEOUTS, 'With busy tone', 'Seconds'], 'busyTimeout', 10),
    setting('system message', 'LABEL', ['System', 'Text on idle phones', 'Text, up to 30 characters'], 'systemMessage'),
    url,
    setting('time-format', '<12|24>', ['How phones show the time', '12 hours', '24 hours'], 'timeFormat', '12'),
    setting(
      'date-format',
      '<dd-mm-yy|mm-dd-yy|yy-dd-mm|yy-mm-dd>',
      ['How phones show the date', 'Day first', 'Month first', 'Year, day, month', 'Year, month, day'],
      'dateFormat',
      defaults.dateFormat,
    ),
    setting('voicemail', 'DIALED', ['What the messages button dials', 'Number'], 'voicemail'),
    maxConferences,
    callForwardPattern,
    transferSystem,
    transferPattern,
    keepalive,
    createCnfFiles,
    order('restart all', ['Restart phones', 'All SCCP phones'], 'restart'),
    order('reset all', ['Reset phones', 'All SCCP phones'], 'reset'),
  ],
});
