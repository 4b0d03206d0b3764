import { useMemo } from 'preact/hooks';
import { BotsDocument } from '../generated/documents.ts';
import { useNow } from '../hooks/use-now.ts';
import { usePolled } from '../hooks/use-polled.ts';
import { axisEnd, botVariables, type BotWeek, lastDays, toBotWeeks, totalOf } from '../model/bot-week.ts';
import { TV_PAGE_MS, tvPageAt } from '../model/tv-pages.ts';
import { BotChart } from './bot-chart.tsx';

const MINUTE_MS = 60_000;

interface BotsProps {
  /** Whether one bot after the other is shown, because nothing scrolls. */
  readonly isTv: boolean;
}

/** A week of each bot: messages, how well they were answered, and where a person had to step in. */
export function Bots({ isTv }: BotsProps) {
  const now = useNow(isTv ? TV_PAGE_MS : MINUTE_MS);
  const timeZone = useMemo(() => Intl.DateTimeFormat().resolvedOptions().timeZone, []);
  const today = lastDays(now, timeZone).join();
  const dates = useMemo(() => today.split(','), [today]);
  const variables = useMemo(() => botVariables(dates, timeZone), [dates, timeZone]);
  const { data, error } = usePolled(BotsDocument, variables);
  const bots = useMemo(() => (data ? toBotWeeks(data, dates) : null), [data, dates]);
  const most = axisEnd((bots ?? []).flatMap(({ days }) => days.map(({ messages }) => messages)));
  const index = tvPageAt(now, bots?.length ?? 0);
  const shown = isTv ? bots?.slice(index, index + 1) : bots;
  return (
    <section class="panel bots" aria-labelledby="bots-title">
      <h2 id="bots-title">Bots, 7 days</h2>
      {!bots &&
        (error ? <p class="trouble">Bots cannot be read: {error.message}</p> : <div class="bone bone--block" />)}
      {bots?.length === 0 && <p class="muted">No bots.</p>}
      {shown?.map((bot) => (
        <Bot key={bot.id} bot={bot} most={most} />
      ))}
      {bots && bots.length > 0 && <Legend />}
    </section>
  );
}

function Bot({ bot, most }: { readonly bot: BotWeek; readonly most: number }) {
  const { name, days } = bot;
  return (
    <figure class="bot">
      <figcaption>
        <strong>{name}</strong>
        <span class="muted">
          {totalOf(days, 'messages').toLocaleString('en')} messages · {totalOf(days, 'interventions')} interventions
        </span>
      </figcaption>
      <BotChart days={days} most={most} name={name} />
    </figure>
  );
}

function Legend() {
  return (
    <p class="legend muted" aria-hidden="true">
      <LegendEntry shape="bar" text="messages a day" />
      <LegendEntry shape="line" text="success rate" />
      <LegendEntry shape="dot" text="interventions" />
    </p>
  );
}

function LegendEntry({ shape, text }: { readonly shape: 'bar' | 'line' | 'dot'; readonly text: string }) {
  return (
    <span class="legend-entry">
      <span class={`key key--${shape}`} /> {text}
    </span>
  );
}
