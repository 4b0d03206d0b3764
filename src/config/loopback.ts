import { isIP } from 'node:net';

/** Whether only this machine can reach a server on the host; accepts an IPv6 address with or without brackets. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || (isIP(host) === 4 && host.startsWith('127.'));
}
