import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { encodeTftp, parseTftp, TFTP_ERROR } from '../provisioning/tftp/packet';
import type { CredentialLocation } from './credential-url';
import { FetchError, type FetchLimits } from './fetch-error';
import { beginDownload, type DownloadInput, type DownloadStep, stepDownload } from './tftp-download';

/**
 * The content of a file over TFTP. It comes from a port that the server chooses: the first one that answers is believed,
 * others at that address are told that they are mistaken [RFC1350 4].
 * @throws FetchError
 */
export async function readTftp(
  { host, port, file }: Extract<CredentialLocation, { kind: 'tftp' }>,
  { most, withinMs }: FetchLimits,
): Promise<Uint8Array> {
  const { address, family } = await lookup(host).catch(() => {
    throw new FetchError('there is no such server');
  });
  const socket = createSocket(family === 6 ? 'udp6' : 'udp4');
  let resend: NodeJS.Timeout | undefined;
  let end: NodeJS.Timeout | undefined;
  try {
    return await new Promise<Uint8Array>((resolve, reject) => {
      const give = (problem: string) => reject(new FetchError(problem));
      let peer: number | undefined;
      let { download, effects }: DownloadStep = beginDownload(file, most);
      const carryOut = (): void => {
        for (const effect of effects)
          switch (effect.kind) {
            case 'send':
              socket.send(encodeTftp(effect.packet), peer ?? port, address);
              break;
            case 'timer':
              clearTimeout(resend);
              resend = setTimeout(() => input({ kind: 'timeout' }), effect.ms);
              break;
            case 'done':
              resolve(effect.content);
              break;
            case 'failed':
              give(effect.problem);
          }
      };
      const input = (heard: DownloadInput): void => {
        ({ download, effects } = stepDownload(download, heard));
        carryOut();
      };
      socket.on('message', (bytes, source) => {
        const packet = source.address === address ? parseTftp(bytes) : undefined;
        if (packet === undefined) return;
        peer ??= source.port;
        if (source.port === peer) return input({ kind: 'packet', packet });
        const mistaken = { kind: 'error', code: TFTP_ERROR.unknownTransfer, message: 'Unknown transfer ID' } as const;
        if (packet.kind !== 'error' && source.port !== 0) socket.send(encodeTftp(mistaken), source.port, address);
      });
      socket.on('error', ({ message }) => give(`the server cannot be reached (${message})`));
      end = setTimeout(() => give(`the server did not send it within ${withinMs / 1000} s`), withinMs);
      carryOut();
    });
  } finally {
    clearTimeout(resend);
    clearTimeout(end);
    // What was sent last leaves first.
    socket.close();
  }
}
