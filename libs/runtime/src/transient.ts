import { RejectedError } from '@linewatch/bus';

const RETRY_MS = 500;

/**
 * Whether a failure is not the fault of what was being done: a neighbour cannot be reached (NATS and Redis each have a
 * class `UnavailableError`), or JetStream refuses until somebody makes room. Such work is tried again for ever.
 */
export function isTransient(error: unknown): boolean {
  if (error instanceof RejectedError) return !error.permanent;
  return error instanceof Error && error.name === 'UnavailableError';
}

/** Does a step of a start again and again while a neighbour cannot be reached. Rejects with any other failure. */
export async function untilAvailable<T>(step: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await step();
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'UnavailableError') throw error;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}
