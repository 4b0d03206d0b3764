import type { Instant } from '../domain/clock.ts';
import type { MaybePromise } from '../domain/maybe-promise.ts';
import type { SourcedResult } from '../domain/source.ts';
import type { VendorErrorCode } from '../domain/vendor-error.ts';
import type { VendorRequest } from '../http/types.ts';
import type { SandboxResponse } from './sandbox.ts';
import type { AccountDataSource, Capability } from './vendor.ts';

/**
 * What a vendor declares to the contract suite that every vendor must pass (test/contract/vendors.test.ts): `conformance` in
 * its `conformance.ts`. Only tests read it.
 */
export interface Conformance {
  /** A valid account with every required key and every secret. Secrets are plain text of 8 characters or more. */
  readonly account: Readonly<Record<string, unknown>>;
  /** The required keys besides `name`, `vendor` and `baseUrl`. */
  readonly required: readonly string[];
  /** The keys of `account` that are secret: the configuration keeps them as a Secret, and never prints them. */
  readonly secrets: readonly string[];
  readonly references: {
    readonly valid: readonly string[];
    readonly invalid: readonly string[];
    /** Pairs of references to the same agent. */
    readonly equivalent?: readonly (readonly [string, string])[];
    /** References that are e-mail addresses themselves. */
    readonly emails?: Readonly<Record<string, string>>;
  };
  /** A reader for every file in `fixtures/`. Throws when the file is not what the client expects. */
  readonly fixtures: Readonly<Record<string, (file: Buffer) => unknown>>;
  /** The time at which the cases run. */
  readonly now: Instant;
  /** At least one for every capability of the data source. */
  readonly cases: readonly ConformanceCase[];
}

/** A request as the case's vendor receives it. */
export type ReceivedRequest = VendorRequest & { readonly url: URL };

export interface ConformanceCase {
  readonly capability: Capability;
  /** Distinguishes cases of the same capability. */
  readonly title?: string;
  readonly run: (dataSource: Required<AccountDataSource>) => MaybePromise<SourcedResult<unknown>>;
  /** The responses of a healthy vendor to all requests of this case. */
  readonly respond: (request: ReceivedRequest) => SandboxResponse;
  /** What the result's `data` must contain (as `toMatchObject` compares it). */
  readonly expectedData: unknown;
  /**
   * The endpoints that the case calls. The suite makes each of them fail in turn, in every way of `ENDPOINT_FAULTS`, while
   * the others stay healthy. The case must then reject with a VendorError, or resolve with a report that contains one.
   */
  readonly calls: readonly ConformanceCall[];
}

export interface ConformanceCall {
  /** As in `VendorRequest.endpoint`. */
  readonly endpoint: string;
  /** Codes that differ from `ENDPOINT_FAULTS`, such as that of a token endpoint's 400. */
  readonly errorCodes?: Readonly<Partial<Record<EndpointFault, VendorErrorCode>>>;
  /** The endpoints whose errors are reported instead, such as that of the list where a file is missing. */
  readonly errorEndpoints?: Readonly<Partial<Record<EndpointFault, string>>>;
}

/** The ways in which an endpoint can fail, and the error code of each. */
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
  'html page': 'VENDOR_BAD_RESPONSE',
  /** The first half of a good body. */
  'truncated body': 'VENDOR_BAD_RESPONSE',
  /** Valid JSON, but a number. */
  'wrong type': 'VENDOR_BAD_RESPONSE',
} as const satisfies Record<string, VendorErrorCode>;
export type EndpointFault = keyof typeof ENDPOINT_FAULTS;
