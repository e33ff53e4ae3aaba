import { type Lines, upstreamFailure } from '@linewatch/edge';
import type { DialogView, LineNumber, Subscription } from '@linewatch/presence';
import {
  type DialogView as DialogInfoView,
  dialogsToTell,
  escapeUser,
  type LineView,
  type NotifyEffect,
  type PackageName,
  renderDialogInfo,
  renderPidf,
} from '@linewatch/sip';
import { flatText } from '../flat-text';

/** A body and its octets, cut where the version of a dialog-info document stands. */
export interface Document {
  readonly before: string;
  readonly after: string;
  /** Octets without the version. */
  readonly octets: number;
  readonly versioned: boolean;
}

/** What is kept of one line in one domain: its newest view, and the documents made of it. */
interface Rendered {
  readonly view: LineView;
  pidf?: Document;
  /** dialog-info documents by `full` or `partial` and the sequence of what the watcher knows. */
  readonly dialogInfo: Map<string, Document>;
}

const UNKNOWN = { state: 'unknown', dnd: false } as const;
/** Views that watchers were last told, each with another document: more of them are rendered each time anew. */
const MOST_VARIANTS = 64;
/** Domains that one line is kept rendered for: watchers may write what they like there. */
const MOST_DOMAINS = 16;

/** Lines as watchers see them, rendered once a state, package and domain [design 5]. */
export class Documents {
  private readonly rendered = new Map<LineNumber, Map<string, Rendered>>();

  constructor(private readonly lines: Pick<Lines, 'get'>) {}

  /**
   * The newest view of a line in the domain that a watcher used. One object as long as the line does not change.
   * @param number the number that the watcher asked for, which a line with wildcards answers to
   */
  view(line: LineNumber, number: string, domain: string): LineView {
    return this.of(line, number, domain).view;
  }

  /** When a line beyond the trunk last failed, as far as is known, while it still does. */
  failedAt({ line, package: name }: Pick<Subscription, 'line' | 'package'>): number | undefined {
    return upstreamFailure(this.lines.get(line)?.state, name)?.at;
  }

  /** Forgets a line that nobody watches any more. */
  forget(line: LineNumber): void {
    this.rendered.delete(line);
  }

  /** The body of a NOTIFY. */
  body(line: LineNumber, number: string, domain: string, name: PackageName, notify: NotifyEffect): Document {
    const newest = this.of(line, number, domain);
    // A NOTIFY may still owe the view before the newest one.
    const rendered = newest.view === notify.view ? newest : undefined;
    const entity = entityOf(number, domain);
    if (name === 'presence') {
      const known = rendered?.pidf;
      if (known) return known;
      const document = whole(renderPidf({ entity, id: number, lamp: notify.view.lamp }));
      if (rendered) rendered.pidf = document;
      return document;
    }
    const key = `${notify.document} ${notify.seen?.sequence ?? ''}`;
    const known = rendered?.dialogInfo.get(key);
    if (known) return known;
    const dialogs = dialogsToTell(notify.document, notify.seen?.dialogs, notify.view.dialogs);
    const parts = renderDialogInfo(entity, notify.document, dialogs);
    const [before, after] = [flatText(parts.before), flatText(parts.after)];
    const document = { before, after, octets: Buffer.byteLength(before) + Buffer.byteLength(after), versioned: true };
    if (rendered && rendered.dialogInfo.size < MOST_VARIANTS) rendered.dialogInfo.set(key, document);
    return document;
  }

  private of(line: LineNumber, number: string, domain: string): Rendered {
    const known = this.lines.get(line);
    const version = known?.version ?? 0;
    let domains = this.rendered.get(line);
    if (!domains) this.rendered.set(line, (domains = new Map()));
    const key = number === line ? domain : `${number}@${domain}`;
    const rendered = domains.get(key);
    if (rendered && rendered.view.sequence === version) return rendered;
    const lamp = known?.state.lamp ?? UNKNOWN;
    const dialogs = (known?.state.dialogs ?? []).map((dialog) => dialogInfoOf(dialog, number, domain));
    const fresh: Rendered = { view: { sequence: version, lamp, dialogs }, dialogInfo: new Map() };
    if (domains.size >= MOST_DOMAINS && !rendered) domains.clear();
    domains.set(key, fresh);
    return fresh;
  }
}

function whole(text: string): Document {
  return { before: flatText(text), after: '', octets: Buffer.byteLength(text), versioned: false };
}

function entityOf(number: string, domain: string): string {
  return `sip:${escapeUser(number)}@${domain}`;
}

/** A live dialog in the words of dialog-info: numbers become URIs of the watcher's domain [SB-55]. */
function dialogInfoOf(dialog: DialogView, number: string, domain: string): DialogInfoView {
  const { peer, id, callId, localTag, remoteTag, direction, state, held } = dialog;
  return {
    id,
    ...(callId !== undefined && { callId }),
    ...(localTag !== undefined && { localTag }),
    ...(remoteTag !== undefined && { remoteTag }),
    direction,
    state,
    held,
    local: { identity: entityOf(number, domain) },
    ...(peer.number !== '' && {
      remote: {
        identity: entityOf(peer.number, domain),
        ...(peer.display !== undefined && { display: peer.display }),
      },
    }),
  };
}
