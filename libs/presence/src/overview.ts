import { believedBindings, isBelieved, lampOf, type LineFold } from './line';
import type { LineOverview } from './questions';

/** What an operator is shown of a line: what is believed of its registrations, and its calls with whether they are. */
export function lineOverview(line: LineFold): LineOverview {
  return {
    line: line.line,
    lamp: lampOf(line),
    bindings: Object.keys(line.registrations).flatMap((device) =>
      believedBindings(line, device).map(({ contact, flow, callId, expiresAt, edge, userAgent }) => ({
        device,
        contact,
        transport: flow.transport,
        remote: flow.remote,
        callId,
        expiresAt,
        edge,
        ...(userAgent !== undefined && { userAgent }),
      })),
    ),
    legs: Object.entries(line.legs).map(([id, leg]) => {
      const { call, device, instance, state, direction, held } = leg;
      return { call, device, instance, state, direction, held, believed: isBelieved(line, id, leg) };
    }),
    dnd: Object.entries(line.dnd).flatMap(([device, { on }]) => (on ? [device] : [])),
  };
}
