import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Brokers } from './brokers';
import { repositoryRoot } from './repository';

/**
 * Both servers as child processes of `deploy/setup/servers.mjs`, which finds or fetches them. They end with its
 * standard input, so a crashed test leaves none behind.
 */
export async function startProcesses(): Promise<Brokers> {
  const program = join(repositoryRoot, 'deploy', 'setup', 'servers.mjs');
  const child = spawn(process.execPath, [program], { cwd: repositoryRoot, stdio: ['pipe', 'pipe', 'pipe'] });
  let complaints = '';
  child.stderr.on('data', (bytes: Buffer) => (complaints = (complaints + bytes.toString()).slice(-10_000)));
  child.stdin.on('error', () => undefined);
  const gone = new Promise<void>((done) => child.once('close', () => done()));

  const waiting: { resolve(answer: Record<string, string>): void; reject(error: Error): void }[] = [];
  let ended = false;
  void gone.then(() => {
    ended = true;
    for (const { reject } of waiting.splice(0)) reject(new Error(`the test servers ended: ${complaints.trim()}`));
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    waiting.shift()?.resolve(JSON.parse(line) as Record<string, string>);
  });
  const answer = () =>
    new Promise<Record<string, string>>((resolve, reject) => {
      if (ended) reject(new Error(`the test servers ended: ${complaints.trim()}`));
      else waiting.push({ resolve, reject });
    });
  const order = async (line: string) => {
    const answered = answer();
    child.stdin.write(`${line}\n`);
    const { failed, reason } = await answered;
    if (failed) throw new Error(`could not ${failed}: ${reason}`);
  };

  const { natsUrl, redisUrl } = await answer();
  if (!natsUrl || !redisUrl) throw new Error('the test servers did not say where they are');
  return {
    natsUrl,
    redisUrl,
    killNats: () => order('kill nats'),
    restartNats: () => order('restart nats'),
    killRedis: () => order('kill redis'),
    restartRedis: () => order('restart redis'),
    stop: async () => {
      child.stdin.end();
      await gone;
    },
  };
}
