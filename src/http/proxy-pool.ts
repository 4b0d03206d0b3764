import { type Dispatcher, errors, Pool } from 'undici';

/** Why no tunnel through a proxy came about. */
export type ProxyFailure = 'proxy' | 'proxy_auth' | 'proxy_refused' | 'proxy_upstream';

/** A proxy failed, or refused the tunnel. Its message never has the proxy's URL, which may contain a password. */
export class ProxyTunnelError extends Error {
  override readonly name = 'ProxyTunnelError';
  readonly reason: ProxyFailure;

  constructor(reason: ProxyFailure) {
    super('no tunnel through the proxy');
    this.reason = reason;
  }
}

/** Errors of undici that are about the time or its own shutdown, not about the proxy. */
const PASSED_ON_CODES: ReadonlySet<string> = new Set([
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_ABORTED',
  'UND_ERR_DESTROYED',
  'UND_ERR_CLOSED',
]);

/**
 * The connections to a proxy, for undici's ProxyAgent. It names the proxy as the cause where undici's error is that of any
 * connection, and classifies the status of a refused CONNECT (https://www.rfc-editor.org/rfc/rfc9110#section-9.3.6).
 */
export class ProxyPool extends Pool {
  override connect<Opaque>(options: Dispatcher.ConnectOptions<Opaque>): Promise<Dispatcher.ConnectData<Opaque>>;
  override connect(options: Dispatcher.ConnectOptions, callback: (error: Error | null) => void): void;
  override async connect<Opaque>(options: Dispatcher.ConnectOptions<Opaque>): Promise<Dispatcher.ConnectData<Opaque>> {
    const connect = super.connect.bind(this) as Dispatcher['connect'];
    const data = await connect(options).catch((error: unknown) => {
      throw isPassedOn(error) ? error : new ProxyTunnelError('proxy');
    });
    const failure = failureOfStatus(data.statusCode);
    if (failure === null) return data;
    data.socket.on('error', ignoreSocketError).destroy();
    throw new ProxyTunnelError(failure);
  }
}

function isPassedOn(error: unknown): boolean {
  return error instanceof errors.UndiciError && PASSED_ON_CODES.has(error.code);
}

function failureOfStatus(status: number): ProxyFailure | null {
  if (status >= 200 && status < 300) return null;
  if (status === 407) return 'proxy_auth';
  return status >= 500 ? 'proxy_upstream' : 'proxy_refused';
}

function ignoreSocketError(): void {
  // A refused tunnel is closed, whatever its state.
}
