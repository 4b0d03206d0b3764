import type { Agent } from '../domain/agent.ts';
import type { Interaction } from '../domain/interaction.ts';
import type { Session } from '../domain/session.ts';
import type { StatusPeriod } from '../domain/status-period.ts';
import type { Page, SourcedPage } from './page.ts';

// The pages by name, for the generated resolver types, which know no generics.
export type AgentPage = Page<Agent>;
export type StatusPeriodPage = SourcedPage<StatusPeriod>;
export type SessionPage = SourcedPage<Session>;
export type InteractionPage = SourcedPage<Interaction>;
