import { hashedWithChance } from '@linewatch/runtime';
import {
  type Config,
  type LanguageOptions,
  type NotUsed,
  type PhoneOrder,
  applyCommands,
  diffConfig,
  withHashedSecrets,
} from '@linewatch/config';

/** What a text of commands would do to a configuration. */
export interface ChangePlan {
  /** The commands to append, as `diffConfig` gives them; none when the configuration says it all already. */
  readonly commands: readonly string[];
  /** Lines with something wrong in them. With any of these nothing is to be appended. */
  readonly refusals: readonly RefusedLine[];
  /** Commands that linewatch does not know; they are kept, without effect. */
  readonly unknown: readonly NotUsed[];
  /** What phones are to do once the commands run; files need not be created. None with a refusal. */
  readonly orders: readonly PhoneOrder[];
}

/** A line of the text; `line` counts from 1. */
export interface NumberedLine {
  readonly line: number;
  readonly text: string;
}

/** A refused line, with what IOS prints below it: the caret where there is one, and the refusal. */
export interface RefusedLine extends NumberedLine {
  readonly message: string;
}

/**
 * The change that a text of commands is, on top of a configuration: as typed in configuration mode, nothing is removed
 * that it does not remove. It is the difference it makes, not the text itself, so that the stream reads alike whoever wrote.
 */
export function planChange(running: Config, text: string, options: LanguageOptions = {}): ChangePlan {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  const { config, results } = applyCommands(running, lines, { ...options, keepUnknown: true });
  const refusals: RefusedLine[] = [];
  const unknown: NotUsed[] = [];
  const orders: PhoneOrder[] = [];
  results.forEach((result, at) => {
    const numbered = { line: at + 1, text: (lines[at] ?? '').trimEnd() };
    if (!result.ok) refusals.push({ ...numbered, message: result.text });
    else if (result.kept) unknown.push({ ...numbered, text: numbered.text.trimStart(), mode: result.mode ?? [] });
    else if (result.order && result.order.order !== 'create-files') orders.push(result.order);
  });
  const wanted = withHashedSecrets(config, running, hashedWithChance);
  if (refusals.length > 0) return { commands: [], refusals, unknown, orders: [] };
  return { commands: diffConfig(running, wanted), refusals, unknown, orders };
}

/** As many refusals as a screen takes. */
const MOST_SHOWN = 50;

/** Refused lines as an operator reads them: where, the line, the caret below its offending word, the refusal. */
export function formatRefusals(source: string, refusals: readonly RefusedLine[]): string {
  const shown = refusals.slice(0, MOST_SHOWN).map(
    // The caret stands where the language counted it: a tab is one column.
    ({ line, text, message }) => `${source}, line ${line}:\n${text.replaceAll('\t', ' ')}\n${message}\n`,
  );
  const left = refusals.length - shown.length;
  return shown.join('') + (left > 0 ? `… and ${left} more\n` : '');
}
