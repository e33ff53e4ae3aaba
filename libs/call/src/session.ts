import { z } from 'zod';

/** A session description as it crosses the bus: SDP, whatever the endpoint speaks [RFC8866, RFC3264]. */
export const sessionSchema = z.object({
  contentType: z.literal('application/sdp'),
  body: z.string().min(1).max(65_536),
});
export type SessionDescription = z.infer<typeof sessionSchema>;
