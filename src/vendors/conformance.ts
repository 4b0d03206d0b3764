import type { Instant } from '../domain/clock.ts';
import type { SourcedResult } from '../domain/source.ts';
import type { VendorErrorCode } from '../domain/vendor-error.ts';
import type { VendorRequest } from '../http/types.ts';
import type { SandboxResponse } from './sandbox.ts';
import type { Capability, AccountDataSource } from './vendor.ts';

/**
 * What a vendor tells the suite that every vendor must pass (test/contract/vendors.test.ts): `conformance` in its
 * `conformance.ts`. Only tests read it.
 */
export interface Conformance {
  /** A valid entry of `accounts` with every required key and every secret, secrets in plain text of 8 letters or more. */
  readonly account: Readonly<Record<string, unknown>>;
  /** The keys beside `name`, `vendor` and `baseUrl` without which the entry is refused. */
  readonly required: readonly string[];
  /** The keys of `account` that are secret: they are kept as a Secret, and what they hold is never printed. */
  readonly secrets: readonly string[];
  readonly references: {
    readonly valid: readonly string[];
    readonly invalid: readonly string[];
    /** Pairs that mean the same agent. */
    readonly equivalent?: readonly (readonly [string, string])[];
    /** References that are e-mail addresses themselves. */
    readonly emails?: Readonly<Record<string, string>>;
  };
  /** For every file in `fixtures/`: what reads it. Throws when the file is not what the client expects. */
  readonly fixtures: Readonly<Record<string, (file: Buffer) => unknown>>;
  /** When the questions are asked. */
  readonly now: Instant;
  /** At least one for every question that the sources can answer. */
  readonly cases: readonly ConformanceCase[];
}

export interface ConformanceCase {
  readonly capability: Capability;
  /** Where `capability` is not enough of a title. */
  readonly title?: string;
  readonly run: (dataSource: Required<AccountDataSource>) => Promise<SourcedResult<unknown>>;
  /** The vendor in good health: its reply to every request that the question takes. */
  readonly respond: (request: VendorRequest) => SandboxResponse;
  /** What the answer's `data` must contain (as `toMatchObject` understands it). */
  readonly expectedData: unknown;
  /**
   * The endpoints called on the way. The suite lets each fail in turn, in every way of `FAULTS`, while the others stay in
   * good health; the question must then reject with a VendorError or resolve with a report that holds one.
   */
  readonly calls: readonly ConformanceCall[];
}

export interface ConformanceCall {
  /** As in `VendorRequest.endpoint`. */
  readonly endpoint: string;
  /** Where a fault amounts to another code here than in `FAULTS`, such as a token endpoint's 400. */
  readonly errorCodes?: Readonly<Partial<Record<EndpointFault, VendorErrorCode>>>;
}

/** How an endpoint can fail, and what that amounts to. */
export const ENDPOINT_FAULTS = {
  'status 400': 'VENDOR_REJECTED',
  'status 401': 'VENDOR_AUTH_FAILED',
  'status 403': 'VENDOR_AUTH_FAILED',
  'status 404': 'NOT_FOUND',
  'status 429': 'VENDOR_RATE_LIMITED',
  'status 500': 'VENDOR_UNAVAILABLE',
  'status 503': 'VENDOR_UNAVAILABLE',
  /** To another host: must not be followed. */
  redirect: 'VENDOR_BAD_RESPONSE',
  /** A login page with status 200. */
  html: 'VENDOR_BAD_RESPONSE',
  /** The first half of the good reply's body. */
  cut: 'VENDOR_BAD_RESPONSE',
  /** Sound JSON, but a number. */
  'wrong type': 'VENDOR_BAD_RESPONSE',
} as const satisfies Record<string, VendorErrorCode>;
export type EndpointFault = keyof typeof ENDPOINT_FAULTS;
