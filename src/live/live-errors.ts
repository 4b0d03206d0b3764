/** The gateway is overloaded, or all callers of an execution exceed their limits. `cause` is the refusal of a request. */
export class TurnRefusedError extends Error {
  override readonly name = 'TurnRefusedError';
  readonly retryAfterMs: number;

  constructor(retryAfterMs: number, cause: Error) {
    super(cause.message, { cause });
    this.retryAfterMs = retryAfterMs;
  }
}

/** One more subscription would exceed a limit: that of the process, or that of the caller. */
export class SubscriptionLimitError extends Error {
  override readonly name = 'SubscriptionLimitError';
  readonly limit: 'subscriptions' | 'caller_subscriptions';

  constructor(limit: SubscriptionLimitError['limit'], max: number) {
    const scope = limit === 'caller_subscriptions' ? ' per caller' : '';
    super(`Too many subscriptions; the limit${scope} is ${max}.`);
    this.limit = limit;
  }
}
