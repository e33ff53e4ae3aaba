import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/**
 * Makes a certificate that is its own authority, for `lines.example` and an address, by the system's `openssl`.
 * @param name its common name, and how the files begin
 * @returns the files, as PEM
 */
export function makeCertificate(folder: string, name: string, address = '127.0.0.1'): { cert: string; key: string } {
  const [cert, key] = [join(folder, `${name}.cert.pem`), join(folder, `${name}.key.pem`)];
  const names = `subjectAltName=DNS:lines.example,IP:${address}`;
  const args = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  execFileSync('openssl', [...args, '-subj', `/CN=${name}`, '-addext', names, '-keyout', key, '-out', cert], {
    stdio: 'ignore',
  });
  return { cert, key };
}
