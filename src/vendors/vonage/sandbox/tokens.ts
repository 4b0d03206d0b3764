import { randomBytes } from 'node:crypto';
import type { Instant } from '../../../domain/clock.ts';
import type { SandboxRequest } from '../../sandbox.ts';

export interface Client {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** Hands out access tokens for client credentials (RFC 6749, section 4.4) and knows them again until they expire. */
export interface TokenOffice {
  answer(request: SandboxRequest): { readonly status: number; readonly body: Readonly<Record<string, unknown>> };
  /** Whether an Authorization header bears a token that is still good. */
  admits(authorization: string | undefined): boolean;
}

export function createTokenOffice(client: Client, lifetimeSeconds: number, now: () => Instant): TokenOffice {
  const expiries = new Map<string, Instant>();

  return {
    answer: (request) => {
      if (!isForm(request)) return refuse('invalid_request', 'The body must be form-encoded');
      const form = new URLSearchParams(request.body.toString());
      if (!isFrom(client, request.headers.authorization, form)) return refuse('invalid_client');
      if (form.get('grant_type') !== 'client_credentials') {
        return refuse('unsupported_grant_type', 'Invalid grant_type');
      }
      if ((form.get('scope') ?? '').trim() === '') return refuse('invalid_scope', 'You must specify a scope');

      for (const [token, expiry] of expiries) if (expiry <= now()) expiries.delete(token);
      const token = randomBytes(24).toString('base64url');
      expiries.set(token, now() + lifetimeSeconds * 1000);
      return { status: 200, body: { access_token: token, expires_in: lifetimeSeconds, token_type: 'Bearer' } };
    },
    admits: (authorization) => {
      const token = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1] ?? '';
      return (expiries.get(token) ?? -Infinity) > now();
    },
  };
}

function isForm(request: SandboxRequest): boolean {
  return /^application\/x-www-form-urlencoded *(;|$)/i.test(request.headers['content-type'] ?? '');
}

/** RFC 6749, section 2.3.1: by HTTP Basic, with both parts form-encoded, or in the body. */
function isFrom({ clientId, clientSecret }: Client, authorization: string | undefined, form: URLSearchParams): boolean {
  const basic = /^Basic +(\S+)$/i.exec(authorization ?? '')?.[1];
  if (basic === undefined) return form.get('client_id') === clientId && form.get('client_secret') === clientSecret;
  const given = Buffer.from(basic, 'base64').toString();
  // Many clients leave out the form-encoding, and many servers put up with it.
  return [`${clientId}:${clientSecret}`, `${formEncode(clientId)}:${formEncode(clientSecret)}`].includes(given);
}

function formEncode(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice(1);
}

function refuse(error: string, description?: string): ReturnType<TokenOffice['answer']> {
  return { status: 400, body: description === undefined ? { error } : { error, error_description: description } };
}
