import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { utils } from 'ssh2';

/** The private host key in a file; made on the first start, for this user's eyes only. @throws Error saying which file */
export async function readHostKey(file: string): Promise<string> {
  const kept = await readIfThere(file);
  if (kept !== undefined) return checked(file, kept);
  const { private: made } = utils.generateKeyPairSync('ed25519', { comment: 'linewatch' });
  const own = `${file}.${process.pid}`;
  await writeFile(own, made, { mode: 0o600 });
  try {
    // Copies that start together agree on the key that was there first.
    await link(own, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(own, { force: true });
  }
  return checked(file, (await readIfThere(file)) ?? made);
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function checked(file: string, text: string): string {
  const key = utils.parseKey(text);
  if (key instanceof Error)
    throw new Error(`The SSH host key in ${file} cannot be read (${key.message}); remove it, and a new one is made.`);
  return text;
}
