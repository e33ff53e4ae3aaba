import { Client, type ClientChannel, type ConnectConfig } from 'ssh2';

/** An operator's terminal over SSH: types keys, and waits for what the screen shows. */
export class SshTerminal {
  private text = '';
  private looks: (() => void)[] = [];
  private exitStatus: number | undefined;
  private isClosed = false;

  private constructor(
    private readonly client: Client,
    private readonly channel: ClientChannel,
  ) {
    channel.on('data', (bytes: Buffer) => this.hear(bytes.toString()));
    channel.stderr.on('data', (bytes: Buffer) => this.hear(bytes.toString()));
    channel.on('exit', (status: number) => {
      this.exitStatus = status;
      this.hear('');
    });
    channel.on('close', () => {
      this.isClosed = true;
      this.hear('');
    });
  }

  /** Logs in and opens a terminal of 24 rows. @throws Error when the login is refused */
  static async open(where: { host: string; port: number }, login: Partial<ConnectConfig>): Promise<SshTerminal> {
    const client = await connect(where, login);
    const channel = await new Promise<ClientChannel>((resolve, reject) =>
      client.shell({ rows: 24, cols: 80, term: 'vt100' }, (error, opened) => (error ? reject(error) : resolve(opened))),
    ).catch((error: unknown) => {
      client.end();
      throw error;
    });
    return new SshTerminal(client, channel);
  }

  /** Everything shown so far. */
  screen(): string {
    return this.text;
  }

  /** Types, and waits for what is then shown. @returns what was shown since */
  async type(keys: string, shows: RegExp): Promise<string> {
    const from = this.text.length;
    this.channel.write(keys);
    return this.shows(shows, from);
  }

  /** @throws Error with the end of the screen when it does not come */
  async shows(expected: RegExp, from = 0): Promise<string> {
    return this.when(
      () => (expected.test(this.text.slice(from)) ? this.text.slice(from) : undefined),
      () => `${expected} was not shown; the screen ends with:\n${this.text.slice(-1000)}`,
    );
  }

  /** Resolves with the exit status when the other side has closed. */
  async closed(): Promise<number | undefined> {
    await this.when(
      () => (this.isClosed ? true : undefined),
      () => `the session did not end; its screen ends with:\n${this.text.slice(-1000)}`,
    );
    return this.exitStatus;
  }

  close(): void {
    this.client.end();
  }

  private async when<T>(look: () => T | undefined, otherwise: () => string): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise<T>((resolve, reject) => {
        const attempt = (): void => {
          const found = look();
          if (found !== undefined) resolve(found);
        };
        timer = setTimeout(() => reject(new Error(otherwise())), 15_000);
        this.looks.push(attempt);
        attempt();
      });
    } finally {
      clearTimeout(timer);
      this.looks = [];
    }
  }

  private hear(text: string): void {
    this.text += text.replaceAll('\r\n', '\n');
    for (const look of this.looks) look();
  }
}

/** A connection that has logged in. @throws Error when it was refused */
export function connect(where: { host: string; port: number }, login: Partial<ConnectConfig>): Promise<Client> {
  const client = new Client();
  return new Promise((resolve, reject) => {
    client.once('ready', () => resolve(client));
    client.on('error', reject);
    client.once('close', () => reject(new Error('the connection was closed')));
    client.connect({ ...where, ...login });
  });
}

/** Carries out one command without a terminal. */
export function execute(client: Client, command: string): Promise<{ stdout: string; stderr: string; status: number }> {
  return new Promise((resolve, reject) =>
    client.exec(command, (error, channel) => {
      if (error) return reject(error);
      let [stdout, stderr, status] = ['', '', -1];
      channel.on('data', (bytes: Buffer) => (stdout += bytes.toString()));
      channel.stderr.on('data', (bytes: Buffer) => (stderr += bytes.toString()));
      channel.on('exit', (code: number) => (status = code));
      channel.on('close', () => resolve({ stdout, stderr, status }));
    }),
  );
}
