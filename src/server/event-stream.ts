import type { Clock } from '../domain/clock.ts';
import { SECOND } from '../domain/time.ts';
import type { EventOutcome } from '../live/ports.ts';
import type { LiveEvent } from '../live/subscriber.ts';
import { createEventQueue } from './event-queue.ts';
import type { Exchange } from './exchange.ts';
import { formatErrorBody } from './http-error.ts';
import { openStream } from './respond.ts';

/** Proxies close connections without traffic, usually after 30 seconds or more. */
const HEARTBEAT_MS = 12 * SECOND;
/** For reading some more of what has been sent. */
const MAX_UNREAD_MS = 30 * SECOND;

const STREAM_HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  // nginx would collect events before it passes them on.
  'x-accel-buffering': 'no',
};

const COMPLETE = Buffer.from('event: complete\ndata:\n\n');
const HEARTBEAT = Buffer.from(':\n\n');

/** A response of server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html), as graphql-sse defines them. */
export interface EventStream {
  /** Sends the headers. */
  readonly open: () => void;
  readonly send: (event: LiveEvent) => void;
  /** Ends the stream, after an error where there is one. */
  readonly end: (error?: { readonly code: string; readonly message: string }) => void;
}

/** Converts an event to its bytes on the wire. */
export type ToFrame = (event: LiveEvent) => Buffer;

export interface EventStreamOptions {
  readonly clock: Clock;
  readonly toFrame: ToFrame;
  readonly onEvent: (outcome: EventOutcome) => void;
}

/** Creates a function that renders each event once, for all its streams. */
export function createFrames(): ToFrame {
  const frames = new WeakMap<LiveEvent, Buffer>();
  return (event) => {
    const frame = frames.get(event) ?? Buffer.from(`event: next\ndata: ${event.json}\n\n`);
    frames.set(event, frame);
    return frame;
  };
}

/** Heartbeats keep the connection open; a client that reads nothing for too long loses it. */
export function createEventStream(exchange: Exchange, { clock, toFrame, onEvent }: EventStreamOptions): EventStream {
  const { response } = exchange;
  let cancelHeartbeat = noop;
  let cancelUnread = noop;

  function write(bytes: Buffer): boolean {
    const isFlowing = response.write(bytes);
    if (!isFlowing) {
      cancelUnread();
      cancelUnread = clock.setTimer(MAX_UNREAD_MS, () => response.destroy());
    }
    scheduleHeartbeat();
    return isFlowing;
  }

  function scheduleHeartbeat(): void {
    cancelHeartbeat();
    cancelHeartbeat = clock.setTimer(HEARTBEAT_MS, () => {
      if (response.writableNeedDrain) scheduleHeartbeat();
      else write(HEARTBEAT);
    });
  }

  const queue = createEventQueue({
    write: (event) => write(toFrame(event)),
    onOutcome: onEvent,
    onOverflow: () => response.destroy(),
  });
  response.on('drain', () => {
    cancelUnread();
    queue.drain();
  });
  exchange.onClose(() => {
    cancelHeartbeat();
    cancelUnread();
  });

  function open(): void {
    exchange.startStream('sse');
    openStream(exchange, STREAM_HEADERS);
    scheduleHeartbeat();
  }

  return {
    open,
    send: queue.push,
    end: (error) => {
      // A token may expire, or a drain end, during the first execution.
      if (!response.headersSent) open();
      cancelHeartbeat();
      // The body ends its line, and an empty line ends the event.
      if (error) response.write(`event: next\ndata: ${formatErrorBody(error.code, error.message)}\n`);
      response.end(COMPLETE);
    },
  };
}

function noop(): void {
  // Nothing is scheduled yet.
}
