import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import type { CredentialLocation } from './credential-url';
import { FetchError, type FetchLimits } from './fetch-error';
import { readTftp } from './fetch-tftp';

/**
 * The content of a credential file.
 * @param flash the folder that `flash:` stands for
 * @throws FetchError
 */
export async function fetchFile(location: CredentialLocation, flash: string, limits: FetchLimits): Promise<Uint8Array> {
  switch (location.kind) {
    case 'flash':
      return readFlash(flash, location.path, limits);
    case 'http':
      return readHttp(location.url, limits);
    case 'tftp':
      return readTftp(location, limits);
  }
}

async function readFlash(folder: string, path: string, { most }: FetchLimits): Promise<Uint8Array> {
  try {
    const [root, file] = await Promise.all([realpath(folder), realpath(join(folder, path))]);
    // A link may lead anywhere.
    if (!file.startsWith(root + sep)) throw new FetchError('this name leads out of flash:');
    if (!(await stat(file)).isFile()) throw new FetchError('this is not a file');
    return await upTo(most, createReadStream(file, { end: most }));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') throw new FetchError('there is no such file in flash:');
    if (code === 'EACCES') throw new FetchError('the file may not be read');
    throw error;
  }
}

async function readHttp(url: string, { most, withinMs }: FetchLimits): Promise<Uint8Array> {
  try {
    // A redirection could lead to a server that nobody configured.
    const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(withinMs) });
    if (response.status !== 200) {
      await response.body?.cancel();
      throw new FetchError(`the server answers ${response.status}`);
    }
    return await upTo(most, response.body ?? []);
  } catch (error) {
    if (error instanceof FetchError) throw error;
    const { name, message, cause } = error as Error;
    if (name === 'TimeoutError') throw new FetchError(`the server did not send it within ${withinMs / 1000} s`);
    const { code, message: why } = (cause ?? {}) as NodeJS.ErrnoException;
    throw new FetchError(`the server cannot be reached (${code ?? why ?? message})`);
  }
}

async function upTo(most: number, chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    length += chunk.length;
    // Leaving the loop closes the file or the connection.
    if (length > most) throw new FetchError(`the file is longer than ${most} octets`);
    all.push(chunk);
  }
  return Buffer.concat(all);
}
