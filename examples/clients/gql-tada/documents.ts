import { graphql } from './graphql.ts';

/** Wrong fields and variables are errors of the compiler. Apollo Client and urql take the document as it is. */
export const AgentsDocument = graphql(`
  query Agents($after: String, $filter: AgentFilter) {
    agents(first: 30, after: $after, filter: $filter) {
      totalCount
      complete
      edges {
        node {
          id
          name
          accounts {
            ref
            account {
              name
              state
            }
          }
          presence {
            status {
              id
              status
              start
            }
            sources {
              outcome
              account {
                name
              }
              error {
                code
              }
            }
          }
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

export const StatusesDocument = graphql(`
  subscription Statuses($filter: AgentFilter) {
    agents(first: 100, filter: $filter) {
      nodes {
        id
        presence {
          status {
            id
            status
            start
          }
        }
      }
    }
  }
`);
