/** The text that is printed once the gateway serves: the URLs to open. */
export function formatBanner(url: string, hasSandbox: boolean): string {
  return `
Switchboard is ready${hasSandbox ? ', with the vendor sandbox (nothing is configured)' : ''}.

  Wallboard  ${url}/wallboard
  GraphiQL   ${url}/graphiql
  GraphQL    ${url}/graphql
  Schema     ${url}/schema.graphql
  Health     ${url}/healthz   ${url}/readyz   ${url}/metrics

`;
}
