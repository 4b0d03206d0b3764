import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { DiagnosticsChannel } from 'undici';
import type { Clock } from '../domain/clock.ts';

/** The clocks of the servers that this process calls, by the header `Date` of their responses. */
export interface ServerClocks {
  /** How far this machine's clock is ahead of the server's, in milliseconds, to half a second; null where it sent no date. */
  readonly aheadMs: (origin: string) => number | null;
  readonly stop: () => void;
}

const CHANNEL = 'undici:request:headers';
/** The header has whole seconds: on average the moment is half a second later. */
const HALF_SECOND_MS = 500;

/** Watches the responses of undici's connections by its diagnostics channel, which costs nothing until it is subscribed to. */
export function watchServerClocks(clock: Clock): ServerClocks {
  const aheadByOrigin = new Map<string, number>();
  const listener = (message: unknown): void => {
    const { request, response } = message as DiagnosticsChannel.RequestHeadersMessage;
    const date = findHeader(response.headers, 'date');
    const sentAt = date === null ? NaN : Date.parse(date);
    if (Number.isNaN(sentAt) || request.origin === undefined) return;
    aheadByOrigin.set(String(request.origin), clock.now() - sentAt - HALF_SECOND_MS);
  };
  subscribe(CHANNEL, listener);
  return {
    aheadMs: (origin) => aheadByOrigin.get(origin) ?? null,
    stop: () => {
      unsubscribe(CHANNEL, listener);
    },
  };
}

/** Over HTTP/1.1, headers are names and values in turns, as they were sent. */
function findHeader(
  headers: DiagnosticsChannel.RequestHeadersMessage['response']['headers'],
  name: string,
): string | null {
  if (!Array.isArray(headers)) return null;
  const index = headers.findIndex((text, position) => position % 2 === 0 && String(text).toLowerCase() === name);
  return index === -1 ? null : String(headers[index + 1]);
}
