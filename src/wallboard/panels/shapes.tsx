import type { AgentStatus, InteractionDirection, InteractionType } from '../generated/documents.ts';

/** The shape of a status: clear without colour. */
export function StatusShape({ status }: { readonly status: AgentStatus }) {
  return (
    <svg class={`shape shape--${status.toLowerCase()}`} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      {SHAPES[status]}
    </svg>
  );
}

const SHAPES = {
  AVAILABLE: <circle cx="8" cy="8" r="6.5" />,
  BUSY: <rect x="2" y="2" width="12" height="12" rx="1" />,
  AWAY: <path d="M8 1.5 15 14.5H1z" />,
  OFFLINE: <circle class="hollow" cx="8" cy="8" r="5.5" />,
  UNKNOWN: <path class="hollow" d="M8 1.5 14.5 8 8 14.5 1.5 8z" />,
};

export function MediumIcon({ type }: { readonly type: InteractionType | null }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={MEDIA[type ?? 'OTHER']} />
    </svg>
  );
}

const MEDIA: Readonly<Record<InteractionType, string>> = {
  PHONE: 'M4.2 1.8 6.4 5 5 6.8a9 9 0 0 0 4.2 4.2L11 9.6l3.2 2.2-1 2.4C7.6 14.6 1.4 8.4 1.8 2.8z',
  CHAT: 'M2 3h12v8H7.5L4 14v-3H2z',
  EMAIL: 'M1.5 3.5h13v9h-13zM1.5 4l6.5 5 6.5-5',
  OTHER: 'M3 8h.01M8 8h.01M13 8h.01',
};

export function DirectionIcon({ direction }: { readonly direction: InteractionDirection }) {
  return (
    <svg class="icon icon--small" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={DIRECTIONS[direction]} />
    </svg>
  );
}

const DIRECTIONS: Readonly<Record<InteractionDirection, string>> = {
  INBOUND: 'M13 3 4 12M4 5v7h7',
  OUTBOUND: 'M3 13l9-9M5 4h7v7',
  INTERNAL: 'M2 6h11l-3-3M14 10H3l3 3',
};

/** The pattern of what is not known, once in the document: strips refer to it by its id. */
export function HatchPattern() {
  return (
    <svg class="visually-hidden" aria-hidden="true" focusable="false">
      <pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <line class="hatch-line" x1="0" y1="0" x2="0" y2="6" />
      </pattern>
    </svg>
  );
}
