import { MAX_RELAYED_DIALOGS, type DialogView } from '@linewatch/presence';
import { type DialogInfo, type DialogParty, type DialogView as DialogInfoView, parseUri } from '@linewatch/sip';

/** What dialog-info documents of another server say of a line, kept up as they come [RFC4235 4.3]. */
export interface KnownDialogs {
  /** The version of the document that was applied last. */
  readonly version: number;
  /** Living dialogs by their ids. */
  readonly dialogs: Readonly<Record<string, DialogInfoView>>;
}

/** Texts in facts are bounded; what another server writes there need not be. */
const MOST_TEXT = 256;

/**
 * The dialogs after one more document. A partial one changes what the one before it told; where that was missed, only the
 * whole state helps. An older document changes nothing.
 */
export function applyDialogInfo(known: KnownDialogs | undefined, info: DialogInfo): KnownDialogs | 'ask-for-all' {
  if (info.state === 'partial') {
    if (known && info.version <= known.version) return known;
    if (!known || info.version !== known.version + 1) return 'ask-for-all';
  }
  const all = { ...(info.state === 'partial' && known ? known.dialogs : {}) };
  for (const dialog of info.dialogs) {
    if (dialog.state === 'terminated') delete all[dialog.id];
    else all[dialog.id] = dialog;
  }
  return { version: info.version, dialogs: all };
}

/** The dialogs in the language of facts. Of more than a fact has room for the first by their ids are told. */
export function toldDialogs({ dialogs }: KnownDialogs): DialogView[] {
  return Object.values(dialogs)
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .slice(0, MAX_RELAYED_DIALOGS)
    .map(toldDialog);
}

function toldDialog({ id, callId, localTag, remoteTag, direction, state, held, remote }: DialogInfoView): DialogView {
  return {
    id: short(id),
    ...(callId !== undefined && { callId: short(callId) }),
    ...(localTag !== undefined && { localTag: short(localTag) }),
    ...(remoteTag !== undefined && { remoteTag: short(remoteTag) }),
    direction,
    state: state === 'confirmed' || state === 'trying' ? state : 'early',
    held: held === true,
    peer: peerOf(remote),
  };
}

function peerOf(remote: DialogParty | undefined): DialogView['peer'] {
  const number = short((remote && parseUri(remote.identity)?.user) ?? '');
  return remote?.display === undefined ? { number } : { number, display: short(remote.display) };
}

function short(text: string): string {
  return text.slice(0, MOST_TEXT);
}
