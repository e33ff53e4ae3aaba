/**
 * `npm start`: installs, finds or starts a NATS and a Redis, takes the configuration over, starts every service, says
 * `linewatch ready …` in one line and stays. Ctrl-C stops all of it in order. Exit code 0 after a stop that was asked
 * for, 1 when something failed, 2 when something is in the way or an option is wrong.
 */
import { installDependencies } from './install.mjs';
import { RefusedError, readStartOptions, usage } from './options.mjs';
import { hostPort, reachable } from './ports.mjs';
import { System } from './system.mjs';

const impatientAfterMs = 1_000;

const tell = (line) => console.log(`linewatch: ${line}`);
// Who read our lines may be gone; that is no reason to stop.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

async function main() {
  const options = readStartOptions(process.argv.slice(2), process.env);
  if (options === 'help') {
    console.log(usage);
    return 0;
  }
  const began = performance.now();
  installDependencies(tell);
  const system = new System(options, { env: process.env, tell });
  const ended = new Promise((done) => {
    let askedAt;
    const asked = async (why) => {
      if (askedAt !== undefined) {
        // One Ctrl-C arrives twice, from the terminal and from npm. Asked again: the operator does not want to wait.
        if (performance.now() - askedAt < impatientAfterMs) return;
        await system.kill();
        process.exit(130);
      }
      askedAt = performance.now();
      tell(`stopping (${why})`);
      await system.stop();
      tell('stopped');
      done();
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => void asked(signal));
    if (options.stopWithInput) process.stdin.resume().once('close', () => void asked('standard input ended'));
  });
  try {
    if ((await system.start()) === 'ready') console.log(readyLine(system, options, performance.now() - began));
  } catch (error) {
    await system.stop();
    throw error;
  }
  await ended;
  return 0;
}

/** The one line that says where everything is. */
function readyLine(system, { data, sipTls, bind = '0.0.0.0', cnfPort, tftpPort }, ms) {
  const list = (addresses) => addresses.map(({ host, port }) => hostPort(host, port)).join(' and ');
  const sip = list(system.sipAddresses);
  const sccp = list(system.sccpAddresses);
  const ssh = system.sshAddresses.map(({ host, port }) => ` or ssh -p ${port} <user>@${host}`).join('');
  const filesAt = (scheme, port) => (port === undefined ? [] : [`${scheme}://${hostPort(reachable(bind), port)}`]);
  const files = [...filesAt('http', cnfPort), ...filesAt('tftp', tftpPort)].join(' and ');
  const [http] = Object.values(system.run.http).map(({ host, port }) => hostPort(host, port));
  return [
    `linewatch ready in ${(ms / 1000).toFixed(1)} s: ${sip ? `point a phone to sip ${sip} (UDP, TCP${sipTls ? `, TLS on ${sipTls.port}` : ''})${sccp && ` or sccp ${sccp} (TCP)`}` : 'no service takes phones yet'}`,
    `shell: npx linewatch${ssh}`,
    ...(files ? [`phones' files: ${files}`] : []),
    ...(http ? [`health: http://${http}/health/ready`] : []),
    `data and logs: ${data}`,
    'Ctrl-C stops it',
  ].join('; ');
}

main().then(
  (code) => process.exit(code),
  (error) => {
    // What the set-up itself throws speaks for itself; a mistake in it is found by its stack.
    const isExpected = error instanceof RefusedError || error.constructor === Error;
    console.error(`linewatch: ${isExpected ? error.message : error.stack}`);
    process.exit(error instanceof RefusedError ? 2 : 1);
  },
);
