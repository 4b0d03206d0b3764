import type { Plot } from './report.ts';

const [WIDTH, HEIGHT] = [720, 420];
const MARGIN = { left: 80, right: 40, top: 50, bottom: 50 };
const COLORS = ['#1f77b4', '#d62728', '#2ca02c', '#9467bd', '#ff7f0e', '#17becf', '#7f7f7f'];
const TICKS = 5;
const LEGEND_LINE = 18;

/** Draws lines over a logarithmic x-axis and a y-axis from 0, as a standalone SVG. */
export function toSvg({ title, xLabel, yLabel, series }: Plot): string {
  const points = series.flatMap((each) => each.points);
  const xs = [...new Set(points.map(([x]) => x))].toSorted((a, b) => a - b);
  const [minX, maxX] = [Math.log(xs[0] ?? 1), Math.log(xs.at(-1) ?? 1)];
  const maxY = roundUp(Math.max(...points.map(([, y]) => y), 0));
  const toX = (x: number) =>
    scale((Math.log(x) - minX) / Math.max(maxX - minX, Number.EPSILON), MARGIN.left, WIDTH - MARGIN.right);
  const toY = (y: number) => scale(y / maxY, HEIGHT - MARGIN.bottom, MARGIN.top);
  const bottom = HEIGHT - MARGIN.bottom;
  const xTicks = xs.map((x) => text(toX(x), bottom + 18, String(x), 'middle'));
  const yTicks = Array.from({ length: TICKS + 1 }, (_, nth) => (maxY * nth) / TICKS).flatMap((y) => [
    `<line x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${toY(y)}" y2="${toY(y)}" stroke="#ddd"/>`,
    text(MARGIN.left - 8, toY(y) + 4, String(Number(y.toPrecision(3))), 'end'),
  ]);
  const lines = series.flatMap(({ name, points: own }, index) => {
    const color = COLORS[index % COLORS.length] ?? '#000';
    const positions = own.map(([x, y]) => `${toX(x)},${toY(y)}`);
    return [
      `<polyline points="${positions.join(' ')}" fill="none" stroke="${color}" stroke-width="2"/>`,
      ...own.map(([x, y]) => `<circle cx="${toX(x)}" cy="${toY(y)}" r="3" fill="${color}"/>`),
      text(WIDTH - MARGIN.right, MARGIN.top + LEGEND_LINE * (index + 1) - 6, name, 'end', color),
    ];
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">
<rect width="100%" height="100%" fill="#fff"/>
${[...yTicks, ...xTicks, ...lines].join('\n')}
<text x="${WIDTH / 2}" y="24" text-anchor="middle" font-size="16">${escapeXml(title)}</text>
${text((MARGIN.left + WIDTH) / 2, HEIGHT - 10, xLabel, 'middle')}
<text x="16" y="${HEIGHT / 2}" text-anchor="middle" transform="rotate(-90 16 ${HEIGHT / 2})">${escapeXml(yLabel)}</text>
</svg>
`;
}

function scale(share: number, from: number, to: number): number {
  return Math.round((from + share * (to - from)) * 10) / 10;
}

/** The next number with one significant digit, so that ticks are round. */
function roundUp(value: number): number {
  if (value <= 0) return 1;
  const unit = 10 ** Math.floor(Math.log10(value));
  return Math.ceil(value / unit) * unit;
}

function text(x: number, y: number, content: string, anchor: 'middle' | 'end', color = '#333'): string {
  return `<text x="${x}" y="${y}" text-anchor="${anchor}" fill="${color}">${escapeXml(content)}</text>`;
}

function escapeXml(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
