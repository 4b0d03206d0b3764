import { axisEnd, type BotDay } from '../model/bot-week.ts';
import { formatWeekday } from '../text/times.ts';

interface BotChartProps {
  readonly days: readonly BotDay[];
  /** The end of the axis of messages, the same for all bots, so that they can be compared. */
  readonly most: number;
  readonly name: string;
}

const WIDTH = 280;
const HEIGHT = 84;
const PLOT = 68;
const STEP = WIDTH / 7;
const BAR = 22;
/** The lowest success rate on the axis: between 50 % and 100 % differences show. */
const MIN_RATE = 50;

/** Bars, line and dots of seven days. The same as a table for a screen reader. */
export function BotChart({ days, most, name }: BotChartProps) {
  const dots = axisEnd(days.map(({ interventions }) => interventions));
  return (
    <>
      <svg class="bot-chart" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true" focusable="false">
        <line class="chart-base" x1="0" x2={WIDTH} y1={PLOT} y2={PLOT} />
        {days.map((day, index) => (
          <Bar key={day.date} day={day} x={index * STEP + STEP / 2} most={most} />
        ))}
        <polyline class="chart-line" points={linePoints(days)} />
        {days.map(
          ({ date, interventions }, index) =>
            interventions !== null && (
              <circle key={date} class="chart-dot" cx={index * STEP + STEP / 2} cy={yOf(interventions / dots)} r="3" />
            ),
        )}
      </svg>
      <div class="visually-hidden">
        <DayTable days={days} name={name} />
      </div>
    </>
  );
}

function Bar({ day, x, most }: { readonly day: BotDay; readonly x: number; readonly most: number }) {
  const top = yOf((day.messages ?? 0) / most);
  const known = [
    day.messages === null ? 'not known' : `${day.messages} messages`,
    ...(day.successRate === null ? [] : [`${day.successRate} % success`]),
    ...(day.interventions === null ? [] : [`${day.interventions} interventions`]),
  ];
  return (
    <g>
      <title>{`${formatWeekday(day.date)} ${day.date}: ${known.join(', ')}`}</title>
      <rect
        class={`chart-bar${day.isComplete ? '' : ' is-incomplete'}`}
        x={x - BAR / 2}
        width={BAR}
        y={top}
        height={PLOT - top}
      />
      <rect class="chart-hit" x={x - STEP / 2} width={STEP} y="0" height={HEIGHT} />
      <text class="chart-text" x={x} y={HEIGHT - 3}>
        {formatWeekday(day.date)}
      </text>
    </g>
  );
}

function DayTable({ days, name }: { readonly days: readonly BotDay[]; readonly name: string }) {
  return (
    <table>
      <caption>{name}, by day</caption>
      <thead>
        <tr>
          <th scope="col">Day</th>
          <th scope="col">Messages</th>
          <th scope="col">Success rate</th>
          <th scope="col">Interventions</th>
        </tr>
      </thead>
      <tbody>
        {days.map(({ date, messages, successRate, interventions }) => (
          <tr key={date}>
            <th scope="row">{date}</th>
            <td>{messages ?? 'not known'}</td>
            <td>{successRate === null ? 'not known' : `${successRate} %`}</td>
            <td>{interventions ?? 'not known'}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function linePoints(days: readonly BotDay[]): string {
  return days
    .flatMap(({ successRate }, index) => {
      if (successRate === null) return [];
      const share = Math.max(0, (successRate - MIN_RATE) / (100 - MIN_RATE));
      return [`${index * STEP + STEP / 2},${yOf(share).toFixed(1)}`];
    })
    .join(' ');
}

/** The height at which a share of the axis stands. */
function yOf(share: number): number {
  return PLOT - share * (PLOT - 6);
}
