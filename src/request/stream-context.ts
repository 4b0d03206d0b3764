import type { StatusChange } from '../domain/status-change.ts';

/** What the execution of a subscription's operation has besides its request: it runs once for each event. */
export interface StreamContext {
  /** Receives the subscription, once its document is valid. Not called for a query, whose stream has one event. */
  readonly onSubscription: (subscription: SubscribedField) => void;
  /** What `Subscription.statusChanges` returns; null: the event is not known yet, and the operation is only checked. */
  readonly change: StatusChange | null;
}

/** The root field of a subscription, with its arguments. */
export interface SubscribedField {
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
}

/** Whether its events are changes of statuses, each executed by itself, and not answers to a query that runs again. */
export function reportsChanges({ name }: SubscribedField): boolean {
  return name === 'statusChanges';
}
