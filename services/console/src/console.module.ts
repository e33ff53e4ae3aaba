import { EdgeMonitor, type ServiceContext, type ServiceDefinition } from '@linewatch/runtime';
import type { DynamicModule } from '@nestjs/common';
import { z } from 'zod';
import { serveCredentials } from './credentials/serve-credentials';
import { CnfServer } from './provisioning/cnf-server';
import { PhoneFiles } from './provisioning/phone-files';
import { TftpServer } from './provisioning/tftp/tftp-server';
import { readHostKey } from './ssh/host-key';
import { SshShell } from './ssh/ssh-shell';

const settings = {
  LINEWATCH_SSH_PORT: z.coerce
    .number()
    .int()
    .min(1)
    .max(65535)
    .optional()
    .describe('the port of the shell over SSH: 1 to 65535; no SSH when absent'),
  LINEWATCH_SSH_BIND: z.string().min(1).default('0.0.0.0').describe('the address of the shell over SSH'),
  LINEWATCH_SSH_HOST_KEY: z
    .string()
    .min(1)
    .default('ssh-host-key')
    .describe('the file of the host key; it is made when there is none'),
  LINEWATCH_SSH_SESSIONS: z.coerce
    .number()
    .int()
    .min(1)
    .max(1000)
    .default(16)
    .describe('how many sessions there may be at once: 1 to 1000'),
  LINEWATCH_SSH_IDLE_SECONDS: z.coerce
    .number()
    .int()
    .min(1)
    .max(86_400)
    .default(600)
    .describe('after how many seconds without a key a session ends'),
  LINEWATCH_CNF_PORT: z.coerce
    .number()
    .int()
    .min(1)
    .max(65535)
    .optional()
    .describe(
      "the port of phones' configuration files over HTTP: 1 to 65535, phones use 6970; none served when absent",
    ),
  LINEWATCH_CNF_BIND: z.string().min(1).default('0.0.0.0').describe('the address of configuration files over HTTP'),
  LINEWATCH_TFTP_PORT: z.coerce
    .number()
    .int()
    .min(1)
    .max(65535)
    .optional()
    .describe("the port of phones' configuration files over TFTP: 1 to 65535, phones use 69; none served when absent"),
  LINEWATCH_TFTP_BIND: z.string().min(1).default('0.0.0.0').describe('the address of configuration files over TFTP'),
  LINEWATCH_FLASH: z.string().min(1).default('flash').describe('the folder that flash: stands for'),
};

export type ConsoleSettings = typeof settings;

/** Carries the console's long-running parts; nothing is injected, they need no Nest. */
class ConsoleModule {}

/** The console as a service: the shell over SSH, and the files that phones load. */
export const consoleService: ServiceDefinition<ConsoleSettings> = {
  name: 'console',
  settings,
  module: async (context: ServiceContext<ConsoleSettings>): Promise<DynamicModule> => {
    const own = context.settings;
    if (own.LINEWATCH_SSH_PORT !== undefined) {
      const shell = new SshShell(context, {
        hostKey: await readHostKey(own.LINEWATCH_SSH_HOST_KEY),
        platformMaximum: own.LINEWATCH_PLATFORM_MAXIMUM,
        sessions: own.LINEWATCH_SSH_SESSIONS,
        idleMs: own.LINEWATCH_SSH_IDLE_SECONDS * 1000,
      });
      await shell.listen(own.LINEWATCH_SSH_BIND, own.LINEWATCH_SSH_PORT);
      context.drain.on('accept', 'ssh', () => shell.stop());
    }
    if (own.LINEWATCH_CNF_PORT !== undefined || own.LINEWATCH_TFTP_PORT !== undefined) await serveFiles(context);
    await serveCredentials(context, own.LINEWATCH_FLASH);
    return { module: ConsoleModule };
  },
};

/** The files of phones over HTTP and TFTP, as far as they were asked for. */
async function serveFiles(context: ServiceContext<ConsoleSettings>): Promise<void> {
  const { bus, clock, drain, settings: own } = context;
  const edges = new EdgeMonitor(bus, clock, { onLost: () => undefined, onBack: () => undefined });
  await edges.start();
  drain.on('pull', 'edges', () => edges.stop());
  const files = new PhoneFiles(context, () => edges.edges());
  if (own.LINEWATCH_CNF_PORT !== undefined) {
    const http = new CnfServer(context, files);
    await http.listen(own.LINEWATCH_CNF_BIND, own.LINEWATCH_CNF_PORT);
    drain.on('accept', 'cnf', () => http.stop());
  }
  if (own.LINEWATCH_TFTP_PORT !== undefined) {
    const tftp = new TftpServer(context, files);
    await tftp.listen(own.LINEWATCH_TFTP_BIND, own.LINEWATCH_TFTP_PORT);
    drain.on('accept', 'tftp', () => tftp.stop());
  }
}
