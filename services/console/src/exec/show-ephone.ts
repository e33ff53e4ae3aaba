import { type Args, type Config, type Ephone, formatMac, lineDirectory } from '@linewatch/config';
import { ConsoleError, printable } from '../console-io';
import { type EphoneView, ephoneSummaryText, ephoneView, ephonesText, numbersOfEphone } from '../layouts/ephone';
import { readLines } from '../line-overviews';
import type { ExecCommand, Shown, World } from './exec-command';
import { atMostPhones } from './most-phones';

/** `show ephone …`: SCCP phones [cme-presence 5.5]. JSON: `{ ephones: EphoneView[] }`, the same for every keyword. */
export const showEphone: ExecCommand = {
  pattern:
    'show ephone [<(1-MAX)$tag|dnd|mac-address H.H.H$mac|offhook|registered|ringing|summary|' +
    'telephone-number WORD$number|unregistered>]',
  help: [
    'Show running system information',
    'SCCP phones: whether they are registered, and what their lines do',
    'Tag of one of them',
    'Those in do-not-disturb',
    'The one with a MAC address',
    'MAC address',
    'Those that are off hook',
    'Those that are registered',
    'Those that ring',
    'All of them, without their lines',
    'Those with a number',
    'Number',
    'Those that are not registered',
  ],
  level: 'user',
  does: { kind: 'show', show },
};

const FILTERS: Readonly<Record<string, (phone: EphoneView) => boolean>> = {
  dnd: ({ dnd }) => dnd,
  offhook: ({ offhook }) => offhook,
  registered: ({ registered }) => registered,
  ringing: ({ ringing }) => ringing,
  unregistered: ({ registered }) => !registered,
};

async function show({ system, running }: World, args: Args): Promise<Shown> {
  const config = running.current();
  const { kept, note } = atMostPhones(namedPhones(config, args));
  const numbers = kept.flatMap(({ phone }) => numbersOfEphone(config, phone));
  const facts = { config, directory: lineDirectory(config), overviews: await readLines(system.bus, numbers) };
  const isWanted = Object.entries(FILTERS).find(([word]) => args.has(word))?.[1] ?? (() => true);
  const phones = kept.map(({ phone, index }) => ephoneView(phone, index, facts)).filter(isWanted);
  const text = args.has('summary')
    ? ephoneSummaryText(phones, config.telephonyService.maxEphones)
    : ephonesText(phones);
  return { text: text + note, json: { ephones: phones } };
}

/** The phones that the command names, with their places. @throws ConsoleError when it names one that is not configured */
function namedPhones(config: Config, args: Args): { phone: Ephone; index: number }[] {
  const all = Object.values(config.ephones).map((phone, index) => ({ phone, index }));
  if (args.has('tag')) {
    const tag = args.number('tag');
    return someOf(all, ({ phone }) => phone.tag === tag, `ephone ${tag} is not configured.`);
  }
  if (args.has('mac')) {
    const mac = args.text('mac');
    return someOf(all, ({ phone }) => phone.mac === mac, `No ephone has the MAC address ${formatMac(mac)}.`);
  }
  if (!args.has('number')) return all;
  const number = args.text('number');
  return someOf(
    all,
    ({ phone }) => numbersOfEphone(config, phone).includes(number),
    `No ephone has the number ${printable(number)}.`,
  );
}

function someOf<T>(all: readonly T[], isWanted: (one: T) => boolean, otherwise: string): T[] {
  const some = all.filter(isWanted);
  if (some.length === 0) throw new ConsoleError(otherwise);
  return some;
}
