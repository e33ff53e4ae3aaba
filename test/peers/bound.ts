import { readFileSync } from 'node:fs';

/** Whether a program has that UDP address or listens there by TCP, without taking it from one that is about to. */
export function isBound(host: string, port: number): boolean {
  const octets = host.split('.').reverse().map((octet) => hex(Number(octet), 2)); // prettier-ignore
  const local = `${octets.join('')}:${hex(port, 4)}`;
  return ['udp', 'tcp'].some((table) =>
    readFileSync(`/proc/net/${table}`, 'utf8')
      .split('\n')
      .some((line) => line.trim().split(/\s+/)[1] === local),
  );
}

function hex(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, '0');
}
