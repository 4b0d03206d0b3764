import type { ServerSettings } from '../config/settings.ts';

/** Describes in one line why the server cannot listen, and what to do; null for an error that the address does not explain. */
export function describeListenError(
  error: unknown,
  { host, port }: Pick<ServerSettings, 'host' | 'port'>,
): string | null {
  switch ((error as NodeJS.ErrnoException | null)?.code) {
    case 'EADDRINUSE':
      return `Port ${port} on ${host} is already in use. Stop the process that uses it, or choose another port: PORT=${port === 65_535 ? port - 1 : port + 1} npm start`;
    case 'EACCES':
      return `Port ${port} on ${host} needs privileges that this process does not have. Choose a port above 1023: PORT=4000 npm start`;
    case 'EADDRNOTAVAIL':
      return `Host ${host} is not an address of this machine. Set HOST (or server.host) to one that is, such as 127.0.0.1.`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `Host ${host} cannot be resolved to an address. Set HOST (or server.host) to an address of this machine, such as 127.0.0.1.`;
    default:
      return null;
  }
}
