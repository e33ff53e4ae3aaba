import { resumeCall, type KeptLeg } from '@linewatch/call';
import type { CallId, EdgeId, LegId } from '@linewatch/presence';
import type { EdgeMonitor, TimerWheel } from '@linewatch/runtime';
import type { Lines, LineView } from '../lines';
import type { CallCourier } from './call-courier';
import type { Controllers } from './controllers';
import { newLeg } from './edge-leg';
import type { EdgeLegs } from './edge-legs';
import type { LegPublisher } from './leg-publisher';
import { findLegs, isWhole, restoredLegOf, type EdgeLife, type FoundLeg } from './resume';

/** How long a call waits for the state of its other line, which may be folded a moment later. */
const OTHER_LINE_MS = 2_000;
/** An earlier life's last words are in the lines' states by then: states that come later need not be looked through. */
const LATE_LINES_MS = 30_000;
/** Restored calls are asked for a sign of life this far apart. */
const PROBE_SPACING_MS = 2;

export interface ResumptionParts {
  readonly edge: EdgeLife;
  readonly legs: Pick<EdgeLegs, 'order' | 'restore'>;
  readonly controllers: Pick<Controllers, 'resume'>;
  readonly courier: Pick<CallCourier, 'event'>;
  readonly publisher: Pick<LegPublisher, 'buried'>;
  readonly monitor: Pick<EdgeMonitor, 'isAlive'>;
  readonly wheel: Pick<TimerWheel, 'set'>;
  readonly noAnswerMs: number;
  /** An edge that a restored call needs is not there. */
  readonly onMissing: (edge: EdgeId) => void;
}

/**
 * Takes up the calls of an earlier life of this edge from what the lines' states keep of their legs [design 5]. Legs are
 * restored as soon as they are seen, so that their lines are believed again; a call goes on when all its legs were seen.
 */
export class CallResumption {
  /** Legs and calls that were dealt with: lines may still name them for a while. */
  private readonly takenUp = new Set<LegId | CallId>();
  private readonly partial = new Map<CallId, FoundLeg[]>();
  private probes = 0;

  constructor(private readonly parts: ResumptionParts) {}

  /** To be called once, when the lines have caught up; a line that is heard of later is looked at then. */
  start(lines: Pick<Lines, 'all' | 'onChange'>): void {
    const touched = new Set<CallId>();
    for (const view of lines.all()) this.see(view, touched);
    this.goOn(touched);
    const stop = lines.onChange((view) => {
      const later = new Set<CallId>();
      this.see(view, later);
      if (later.size > 0) this.goOn(later);
    });
    this.parts.wheel.set(LATE_LINES_MS, stop);
  }

  private see(view: LineView, touched: Set<CallId>): void {
    const { edge } = this.parts;
    const found = findLegs(edge, view, (id) => !this.takenUp.has(id));
    for (const each of found) {
      const { call } = each.leg;
      const known = this.partial.get(call) ?? [];
      if (known.some(({ id }) => id === each.id)) continue;
      if (each.leg.edge === edge.id) this.restore(each);
      this.partial.set(call, [...known, each]);
      touched.add(call);
    }
  }

  private goOn(calls: ReadonlySet<CallId>): void {
    for (const call of calls) {
      if (isWhole(this.partial.get(call) ?? [])) this.resume(call);
      else this.parts.wheel.set(OTHER_LINE_MS, () => this.resume(call));
    }
  }

  private restore({ id, line, leg, restore }: FoundLeg): void {
    this.takenUp.add(id);
    const { call, device, instance, peer: facing, state, held, direction } = leg;
    const owner = line === undefined ? undefined : { line, device, instance };
    if (restore) {
      const { role, party, controller, peer } = restore;
      const making = {
        id,
        call,
        role,
        ...(owner && { owner }),
        party,
        controller,
        facing,
        ...(peer && { peer: { ...peer, party: facing } }),
      };
      const begun = newLeg(making);
      const found = { ...begun, standing: { ...begun.standing, state, held } };
      const age = this.parts.edge.epoch - leg.epoch;
      if (this.parts.legs.restore(found, restore.protocol, age)) return;
    }
    if (owner) this.parts.publisher.buried({ id, call, owner, facing }, direction);
  }

  private resume(call: CallId): void {
    const { edge, monitor, controllers, noAnswerMs, onMissing } = this.parts;
    const legs = this.partial.get(call);
    if (!legs) return;
    this.partial.delete(call);
    const controller = legs.find(({ restore }) => restore)?.restore?.controller;
    if (controller === edge.id) {
      this.takenUp.add(call);
      const restored = legs.map(restoredLegOf).filter((leg) => leg !== undefined);
      const resumed = resumeCall(call, restored, noAnswerMs);
      controllers.resume(call, resumed, trunksOf(legs), (this.probes += PROBE_SPACING_MS));
    } else if (controller !== undefined) {
      for (const leg of legs) this.report(controller, leg);
    }
    for (const other of new Set([controller, ...legs.map(({ leg }) => leg.edge)])) {
      if (other !== undefined && other !== edge.id && !monitor.isAlive(other)) onMissing(other);
    }
  }

  /** A leg whose call is controlled elsewhere: that edge hears of it, or it ends if nobody had answered it. */
  private report(controller: EdgeId, { id, leg }: FoundLeg): void {
    const { call, state } = leg;
    if (state === 'confirmed') return this.parts.courier.event(controller, call, id, { type: 'alive' });
    this.parts.legs.order({ leg: id, call, controller, command: { type: 'release', cause: 'restart' } });
  }
}

/** A call's legs over trunks, with what the lines of their peers keep of them. */
function trunksOf(legs: readonly FoundLeg[]): Map<LegId, KeptLeg | undefined> {
  const trunks = legs.filter(({ line }) => line === undefined);
  return new Map(trunks.map(({ id, leg, restore }) => [id, { epoch: leg.epoch, protocol: restore?.protocol }]));
}
