import type { IncomingMessage } from 'node:http';
import type { Cors } from './cors.ts';
import type { HostCheck } from './host-check.ts';
import { HttpError } from './http-error.ts';

export interface UpgradeCheckOptions {
  readonly checkHost?: HostCheck | undefined;
  readonly cors: Pick<Cors, 'assertUpgradeAllowed'>;
}

/**
 * Creates the check of requests that want another protocol. Only a WebSocket at /graphql, of an allowed host and origin, gets it;
 * any other is an ordinary request, whose own checks tell the client what is wrong.
 */
export function createUpgradeCheck({ checkHost, cors }: UpgradeCheckOptions): (request: IncomingMessage) => boolean {
  return (request) => {
    const { headers, method, url = '' } = request;
    if (method !== 'GET' || headers.upgrade?.toLowerCase() !== 'websocket') return false;
    if (!/^\/graphql(?:\?|$)/.test(url)) return false;
    try {
      checkHost?.({ request, authority: null });
      cors.assertUpgradeAllowed({ request });
      return true;
    } catch (error) {
      if (error instanceof HttpError) return false;
      throw error;
    }
  };
}
