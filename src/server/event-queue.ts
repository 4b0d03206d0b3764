import type { EventOutcome } from '../live/ports.ts';
import type { LiveEvent } from '../live/subscriber.ts';

/** The events that a slow reader may have in memory besides what its connection has accepted; beyond it, its stream ends. */
const MAX_PENDING_CHARACTERS = 4_194_304;

export interface EventQueueOptions {
  /** Sends an event; returns whether the connection takes more now. */
  readonly write: (event: LiveEvent) => boolean;
  readonly onOutcome: (outcome: EventOutcome) => void;
  /** Called where more events wait than are kept. */
  readonly onOverflow: () => void;
}

/** The events of one subscription that wait for a slow reader. */
export interface EventQueue {
  readonly push: (event: LiveEvent) => void;
  /** Call it when the connection takes more. */
  readonly drain: () => void;
}

/** Of events that replace each other only the latest waits. */
export function createEventQueue({ write, onOutcome, onOverflow }: EventQueueOptions): EventQueue {
  const pending: LiveEvent[] = [];
  let pendingCharacters = 0;
  let isBlocked = false;

  function send(event: LiveEvent): void {
    isBlocked = !write(event);
    onOutcome('sent');
  }

  function isWriting(): boolean {
    return !isBlocked;
  }

  function dropReplaced(next: LiveEvent): void {
    if (!next.isReplaceable || pending.at(-1)?.isReplaceable !== true) return;
    pendingCharacters -= pending.pop()?.json.length ?? 0;
    onOutcome('coalesced');
  }

  return {
    push(event) {
      if (!isBlocked) {
        send(event);
        return;
      }
      dropReplaced(event);
      pending.push(event);
      pendingCharacters += event.json.length;
      // One event always fits.
      if (pending.length > 1 && pendingCharacters > MAX_PENDING_CHARACTERS) onOverflow();
    },
    drain() {
      isBlocked = false;
      for (let event = pending.shift(); event; event = isWriting() ? pending.shift() : undefined) {
        pendingCharacters -= event.json.length;
        send(event);
      }
    },
  };
}
