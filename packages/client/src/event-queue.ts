/** A queue between one that pushes and one that reads. */
export interface EventQueue<Event> {
  readonly push: (event: Event) => void;
  /** Ends the reading at once: what was not read is dropped. */
  readonly close: () => void;
  /** Rejects the reading, after what was pushed before. */
  readonly fail: (error: unknown) => void;
  /** Returns the next event; null after `close`. Only one call can wait at a time. */
  readonly next: () => Promise<Event | null>;
}

/** `supersedes`: whether an event replaces one before it that was not read. */
export function createEventQueue<Event>(supersedes: (event: Event, earlier: Event) => boolean): EventQueue<Event> {
  let events: Event[] = [];
  let failure: { readonly error: unknown } | null = null;
  let isClosed = false;
  let wake: () => void = () => undefined;
  return {
    push(event) {
      if (isClosed || failure) return;
      events = events.filter((earlier) => !supersedes(event, earlier));
      events.push(event);
      wake();
    },
    close() {
      isClosed = true;
      wake();
    },
    fail(error) {
      failure ??= { error };
      wake();
    },
    async next() {
      for (;;) {
        if (isClosed) return null;
        const event = events.shift();
        if (event !== undefined) return event;
        if (failure) throw failure.error;
        await new Promise<void>((resolve) => (wake = resolve));
      }
    },
  };
}
