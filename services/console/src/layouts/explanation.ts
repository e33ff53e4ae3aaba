import { printable } from '../console-io';
import type { Explanation } from '../explaining/explain';
import { type Step, steps } from '../explaining/link';

const HEADINGS: Readonly<Record<Step, string>> = {
  configuration: 'Configuration',
  policy: 'Policy',
  line: 'Line',
  watcher: 'Watcher',
  subscription: 'Subscription',
  notification: 'Last word to the watcher',
};

/** `show presence explain`: the verdict, then the chain, with `!` where it is broken. */
export function explanationText({ watcher, line, state, told, cause, verdict, todo, chain }: Explanation): string {
  const lines = [
    `Watcher ${watcher}, line ${line}: the line is ${state}, the watcher was told ${told ?? 'nothing'}`,
    '',
    `${cause === 'right' ? 'Right' : `Cause (${cause})`}: ${verdict}.`,
    ...(todo === undefined ? [] : [`What to do: ${todo}.`]),
    ...steps.flatMap((step) => {
      const links = chain.filter((link) => link.step === step);
      if (links.length === 0) return [];
      return ['', HEADINGS[step], ...links.map((link) => `${link.cause === undefined ? '   ' : ' ! '}${link.text}`)];
    }),
  ];
  return lines.map((text) => `${printable(text)}\n`).join('');
}
