import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import type { User } from '@linewatch/config';
import type { ServiceContext } from '@linewatch/runtime';
import { type AuthContext, type Connection, Server, type ServerChannel, type Session } from 'ssh2';
import { execTrees } from '../exec/exec-commands';
import { startMonitor } from '../shell/monitor';
import { DEFAULT_TERMINAL, newSession } from '../shell/session-state';
import { TerminalSession } from '../shell/terminal-session';
import { FailedLogins } from './failed-logins';
import { type Credential, loginOf } from './login';

/** How long somebody may take to log in. */
const LOGIN_MS = 30_000;
/** Connections that may be logging in at once. */
const MOST_LOGGING_IN = 8;
/** Wrong credentials before a connection is ended. */
const MOST_WRONG = 3;
const METHODS = ['password', 'publickey'] as const;

export interface SshSettings {
  readonly hostKey: string;
  /** The highest tag of a directory number or pool. */
  readonly platformMaximum: number;
  /** Sessions at once. */
  readonly sessions: number;
  /** A session without a key for so long ends. */
  readonly idleMs: number;
}

interface Screen {
  readonly length: number;
  readonly width: number;
}

/** The shell over SSH: logs users in, and gives each of their sessions a terminal or carries out one command. */
export class SshShell {
  private readonly server: Server;
  private readonly failed = new FailedLogins();
  private readonly connections = new Set<Connection>();
  private readonly sessions = new Map<TerminalSession, string>();
  private loggingIn = 0;
  private readonly logins;
  private readonly refused;
  private readonly wrongSecrets;

  constructor(
    private readonly context: Pick<ServiceContext, 'bus' | 'config' | 'clock' | 'log' | 'floodLog' | 'metrics'>,
    private readonly settings: SshSettings,
  ) {
    const { metrics, config } = context;
    this.server = new Server({ hostKeys: [settings.hostKey], ident: 'linewatch' }, (connection, { ip }) =>
      this.connect(connection, ip),
    );
    this.logins = metrics.counters('ssh_logins_total', 'Logins over SSH by how they ended', 'result');
    this.refused = metrics.counters(
      'ssh_refused_total',
      'Connections and sessions over SSH that were refused',
      'reason',
    );
    this.wrongSecrets = metrics.counter('ssh_wrong_enable_secrets_total', 'Wrong secrets at `enable` over SSH');
    metrics.gauge('ssh_sessions', 'Sessions over SSH that are open', () => this.sessions.size);
    // Who was removed is gone at once.
    config.onChange(({ users }) => {
      for (const [session, name] of this.sessions)
        if (!users.some((user) => user.name === name)) session.dismiss('You are no user any more.');
    });
  }

  /** @throws Error when it cannot listen there */
  async listen(host: string, port: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(port, host, () => {
        this.server.off('error', reject);
        resolve();
      });
    });
    this.server.on('error', (err: Error) => this.context.log.warn({ err }, 'ssh'));
    this.context.log.info({ ssh: `${host}:${port}` }, 'the shell is served over SSH');
  }

  /** Takes no more, and ends the sessions with a word. */
  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    for (const session of this.sessions.keys()) session.dismiss('The console is being restarted.');
    for (const connection of this.connections) connection.end();
    await closed;
  }

  private connect(connection: Connection, ip: string): void {
    const { clock } = this.context;
    connection.on('error', (err: Error) =>
      this.context.floodLog.info('ssh', 'a connection over SSH failed', { ip, reason: err.message }),
    );
    const reason = this.failed.isBlocked(ip, clock.monotonic())
      ? 'blocked'
      : this.loggingIn >= MOST_LOGGING_IN
        ? 'too-many-logins'
        : undefined;
    if (reason !== undefined) {
      this.refused.of(reason).add();
      connection.end();
      return;
    }
    this.connections.add(connection);
    this.loggingIn += 1;
    let isLoggedIn = false;
    const loggedIn = (): void => {
      if (isLoggedIn) return;
      isLoggedIn = true;
      this.loggingIn -= 1;
      clearTimeout(tooLate);
    };
    const tooLate = setTimeout(() => {
      this.logins.of('timeout').add();
      connection.end();
    }, LOGIN_MS);
    connection.on('close', () => {
      loggedIn();
      this.connections.delete(connection);
    });
    this.authenticate(connection, ip, (user) => {
      loggedIn();
      connection.on('session', (accept) => this.open(named(accept()), user, ip, connection));
    });
  }

  private authenticate(connection: Connection, ip: string, onUser: (user: User) => void): void {
    let user: User | undefined;
    let wrong = 0;
    connection.on('authentication', (attempt) => {
      const credential = credentialOf(attempt);
      if (credential === undefined) return attempt.reject([...METHODS]);
      user = loginOf(this.context.config.current().users, attempt.username, credential);
      if (user !== undefined) return attempt.accept();
      // A key that is not known is no failure: clients offer all they have.
      const isFailure = credential.method === 'password' || credential.signature !== undefined;
      if (isFailure) {
        wrong += 1;
        this.logins.of('wrong').add();
        this.failed.note(ip, this.context.clock.monotonic());
        this.context.floodLog.warn('ssh-login', 'a login over SSH failed', { ip, user: attempt.username.slice(0, 64) });
      }
      attempt.reject([...METHODS]);
      if (wrong >= MOST_WRONG) connection.end();
    });
    connection.on('ready', () => {
      if (user === undefined) return void connection.end();
      this.logins.of('accepted').add();
      onUser(user);
    });
  }

  private open(session: Session, user: User, ip: string, connection: Connection): void {
    let screen: Screen | undefined;
    let running: TerminalSession | undefined;
    const sized = ({ rows, cols }: { rows: number; cols: number }): Screen => ({
      length: rows > 1 ? Math.min(rows, 512) : DEFAULT_TERMINAL.length,
      width: cols > 20 ? Math.min(cols, 512) : DEFAULT_TERMINAL.width,
    });
    session.on('pty', (accept, _reject, info) => {
      screen = sized(info);
      accept?.();
    });
    session.on('window-change', (accept, _reject, info) => {
      screen = sized(info);
      running?.resize(screen.length, screen.width);
      accept?.();
    });
    const start = (channel: ServerChannel, command: string | undefined): void => {
      running = this.start(channel, { user, ip, screen: command === undefined ? screen : undefined });
      const lines = command === undefined ? undefined : createInterface({ input: Readable.from([command]) });
      const ended = screen && command === undefined ? running.interact() : running.follow(lines);
      this.endAfter(ended, running, channel, connection);
    };
    // A client that wants no reply cannot be refused in words, and a session has one channel.
    const opened = (
      accept: () => ServerChannel | undefined,
      reject: (() => void) | undefined,
      command?: string,
    ): void => {
      if (running === undefined && this.sessions.size < this.settings.sessions) {
        const channel = accept();
        if (channel) start(channel, command);
        return;
      }
      this.refused.of('too-many-sessions').add();
      reject?.();
    };
    session.on('shell', (accept, reject) => opened(accept, reject));
    session.on('exec', (accept, reject, { command }) => opened(accept, reject, command));
  }

  private start(
    channel: ServerChannel,
    { user, ip, screen }: { user: User; ip: string; screen: Screen | undefined },
  ): TerminalSession {
    const { bus, config, clock, log } = this.context;
    const system = { bus, platformMaximum: this.settings.platformMaximum };
    const session = new TerminalSession(
      newSession(
        { ...system, trees: execTrees, interactive: screen !== undefined, trusted: false },
        {
          running: config.current(),
          level: user.privilege === 15 ? 'privileged' : 'user',
          terminal: { ...DEFAULT_TERMINAL, ...screen },
        },
      ),
      {
        input: channel,
        output: channel,
        errors: screen ? channel : channel.stderr,
        world: { system, running: config, author: `${user.name} (ssh ${ip})`, now: () => clock.now() },
        monitor: (say) => startMonitor(bus, say),
        onWrongSecret: () => this.wrongSecrets.add(),
        onError: (err) => log.error({ err }, 'a command of the shell failed'),
      },
    );
    this.sessions.set(session, user.name);
    return session;
  }

  private endAfter(
    ended: Promise<number>,
    session: TerminalSession,
    channel: ServerChannel,
    connection: Connection,
  ): void {
    let idle: NodeJS.Timeout | undefined;
    const heard = (): void => {
      clearTimeout(idle);
      idle = setTimeout(() => {
        this.refused.of('idle').add();
        session.dismiss('Idle for too long.');
      }, this.settings.idleMs);
    };
    heard();
    channel.on('data', heard);
    channel.on('error', () => undefined);
    void ended.then((status) => {
      clearTimeout(idle);
      this.sessions.delete(session);
      if (channel.writable) channel.exit(status);
      channel.end();
      // One session a connection is what an operator has; others on it end with it.
      channel.once('close', () => connection.end());
    });
  }
}

/**
 * A session whose class has its own name again: ssh2 tells sessions without a shell by it when their connection ends, and
 * fails over one that a bundler has renamed.
 */
function named(session: Session): Session {
  Object.defineProperty(session.constructor, 'name', { value: 'Session' });
  return session;
}

function credentialOf(attempt: AuthContext): Credential | undefined {
  if (attempt.method === 'password') return { method: 'password', password: attempt.password.slice(0, 256) };
  if (attempt.method !== 'publickey') return undefined;
  const { key, signature, blob, hashAlgo } = attempt;
  return {
    method: 'publickey',
    algorithm: key.algo,
    key: key.data,
    ...(signature && blob && { signature: { over: blob, bytes: signature, ...(hashAlgo && { hash: hashAlgo }) } }),
  };
}
