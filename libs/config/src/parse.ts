import { type Config, emptyConfig } from './config';
import { Session } from './interpreter';
import { type NotUsed } from './not-used';
import { isIndentedText, takeText } from './take-lines';
import { type LanguageOptions } from './values';

/** What a whole text said. */
export interface ParsedConfig {
  config: Config;
  /** Commands that linewatch does not know: kept in `config`, without effect; of a banner or a certificate the first line. */
  unknown: NotUsed[];
  /** Known commands with something wrong in them: not in `config`. */
  errors: ConfigError[];
}

/** A known command with something wrong in it. */
export interface ConfigError {
  /** Counted from 1. */
  line: number;
  column: number;
  /** The line, the caret below its offending word where there is one, and the refusal of IOS. */
  message: string;
}

/**
 * Reads a whole configuration, such as a file or a pasted `show running-config`. Nothing is lost without a word: a line
 * is understood, or kept and listed in `unknown`, or listed in `errors`. Takes indentation as running-config has it;
 * a text without any is read like typed lines, where a `!` ends a block.
 */
export function parseConfig(text: string, options: LanguageOptions = {}): ParsedConfig {
  const lines = text.split(/\r?\n/);
  const indented = isIndentedText(lines);
  const session = new Session(emptyConfig(), { ...options, keepUnknown: true, indented, mayReject: true });
  const unknown: ParsedConfig['unknown'] = [];
  const errors: ConfigError[] = [];
  let line = 0;
  takeText(session, lines, (outcome, { text: typed }, isBlock) => {
    line += 1;
    if (outcome.kind === 'kept' && !isBlock) unknown.push({ line, mode: outcome.mode, text: outcome.text });
    if (outcome.kind === 'refused')
      errors.push({ line, column: outcome.column, message: `${typed.trimEnd()}\n${outcome.text}` });
  });
  return { config: session.finish(), unknown, errors };
}
