/** Where a credential file is, read from the configuration's text [cme-presence 2.7]. Pure. */
export type CredentialLocation =
  /** A file in the flash folder, by its path in there. */
  | { readonly kind: 'flash'; readonly path: string }
  | { readonly kind: 'http'; readonly url: string }
  | { readonly kind: 'tftp'; readonly host: string; readonly port: number; readonly file: string };

const TFTP_PORT = 69;

/** Reads `flash:cred1.csv`, `http://…`, `https://…` or `tftp://172.18.207.15/labtest/cred1.csv`; else says what is wrong. */
export function readLocation(text: string): CredentialLocation | { readonly problem: string } {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(text)?.[1]?.toLowerCase();
  switch (scheme) {
    case 'flash':
      return readFlash(text.slice('flash:'.length));
    case 'http':
    case 'https': {
      const url = readUrl(text);
      if (!url) return { problem: 'this is no URL' };
      // It would stand in every log.
      if (url.username !== '' || url.password !== '')
        return { problem: 'a URL holds no user name and no password here' };
      return { kind: 'http', url: url.href };
    }
    case 'tftp':
      return readTftp(text);
    default:
      return { problem: 'a credential file is at flash:, http:, https: or tftp:' };
  }
}

/** `flash:cred1.csv`, `flash:/folder/cred1.csv`: never out of the folder. */
function readFlash(name: string): CredentialLocation | { readonly problem: string } {
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.length === 0) return { problem: 'there is no file name behind flash:' };
  if (parts.includes('..') || /[\\\0]/.test(name)) return { problem: 'a name cannot lead out of flash:' };
  return { kind: 'flash', path: parts.join('/') };
}

function readTftp(text: string): CredentialLocation | { readonly problem: string } {
  const url = readUrl(text);
  const file = url && unescaped(url.pathname.slice(1));
  if (!url || !file) return { problem: 'a TFTP file is tftp://<address>/<file>' };
  // The name goes into a packet of single octets that ends at a zero [RFC1350 5].
  if (file.length > 255 || !/^[\x20-\x7e]+$/.test(file)) return { problem: 'this is no name of a file over TFTP' };
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return { kind: 'tftp', host, port: url.port === '' ? TFTP_PORT : Number(url.port), file };
}

function readUrl(text: string): URL | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  return url.hostname === '' ? undefined : url;
}

function unescaped(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
