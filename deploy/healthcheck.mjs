/** Whether the service of this container is ready: exit code 0 or 1. */
const port = process.env.LINEWATCH_HTTP_PORT || '8080';
const ready = fetch(`http://127.0.0.1:${port}/health/ready`, { signal: AbortSignal.timeout(3_000) });
ready.then(
  ({ ok }) => process.exit(ok ? 0 : 1),
  () => process.exit(1),
);
