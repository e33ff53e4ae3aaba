import { buttonTypes } from './codes';
import type { ButtonDefinition } from './list-field';

/** What the server's configuration says of a phone: its lines and its keys. */
export interface StationProfile {
  /** Line instance n is the nth of these, and the nth line button. */
  readonly lines: readonly StationLine[];
  /** In the order of the keys, side cars last. */
  readonly buttons: readonly StationButton[];
  readonly userName?: string;
  /** The firmware that the phone should run; its own when absent. */
  readonly loadName?: string;
}

export interface StationLine {
  readonly number: string;
  /** The name that callers see. */
  readonly displayName: string;
  /** What stands beside the key; the number when absent. */
  readonly label?: string;
  readonly forward?: LineForward;
}

/** Where calls of a line go instead; absent: they do not. */
export interface LineForward {
  readonly all?: string;
  readonly busy?: string;
  readonly noAnswer?: string;
}

/** One key. */
export type StationButton =
  | { readonly type: 'line' }
  | { readonly type: 'speedDial' | 'blf'; readonly number: string; readonly label: string }
  /** A key with a state of its own (privacy), 0 or 1. */
  | { readonly type: 'feature'; readonly label: string }
  | { readonly type: 'serviceUrl'; readonly url: string; readonly label: string }
  /** A key that does what a soft key or a hard key does; `buttonType` is of `buttonTypes`. */
  | { readonly type: 'function'; readonly buttonType: number }
  | { readonly type: 'unused' };

/** A key and the number by which the phone asks for it and names it when it is pressed. */
export interface NumberedButton {
  readonly instance: number;
  readonly buttonType: number;
  readonly button: StationButton;
}

/**
 * Numbers the keys from 1: lines by themselves, services by themselves, and speed dials, BLF and feature keys together, so
 * that SpeedDialStatReq n and FeatureStatReq n never mean different keys [sccp-wire 3].
 */
export function numberButtons(buttons: readonly StationButton[]): readonly NumberedButton[] {
  const count = { line: 0, dial: 0, service: 0 };
  return buttons.map((button): NumberedButton => {
    switch (button.type) {
      case 'line':
        return { instance: ++count.line, buttonType: buttonTypes.line, button };
      case 'speedDial':
        return { instance: ++count.dial, buttonType: buttonTypes.speedDial, button };
      case 'blf':
        return { instance: ++count.dial, buttonType: buttonTypes.blfSpeedDial, button };
      case 'feature':
        return { instance: ++count.dial, buttonType: buttonTypes.feature, button };
      case 'serviceUrl':
        return { instance: ++count.service, buttonType: buttonTypes.serviceUrl, button };
      case 'function':
        return { instance: 0, buttonType: button.buttonType, button };
      case 'unused':
        return { instance: 0, buttonType: buttonTypes.undefined, button };
      default:
        return button satisfies never;
    }
  });
}

/** The keys as ButtonTemplateMessage has them. */
export function templateOf(numbered: readonly NumberedButton[]): readonly ButtonDefinition[] {
  return numbered.map(({ instance, buttonType }) => ({ instance, type: buttonType }));
}

/** The key of a kind that has this number. */
export function buttonOf(
  numbered: readonly NumberedButton[],
  types: readonly StationButton['type'][],
  instance: number,
): NumberedButton | undefined {
  return numbered.find((each) => each.instance === instance && types.includes(each.button.type));
}
