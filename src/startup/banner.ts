import { formatSandboxHints, type SandboxAddresses } from '../sandbox/usage-hints.ts';

/** The text that is printed once the gateway serves: the URLs to open, and how to play with the sandbox if there is one. */
export function formatBanner(url: string, sandbox: SandboxAddresses | null): string {
  return `
Switchboard is ready${sandbox ? ', with the vendor sandbox (nothing is configured)' : ''}.

  Wallboard  ${url}/wallboard
  GraphiQL   ${url}/graphiql
  GraphQL    ${url}/graphql
  Schema     ${url}/schema.graphql
  Health     ${url}/healthz   ${url}/readyz   ${url}/metrics

${sandbox ? `${formatSandboxHints(sandbox)}\n` : ''}`;
}
