import type { RefObject } from 'preact';
import type { BoardAccount, BoardTeam } from '../model/board-agent.ts';
import type { Theme, ViewSettings } from '../model/view-settings.ts';
import { formatVendor } from '../text/words.ts';

export interface ToolbarProps {
  readonly view: ViewSettings;
  readonly change: (change: Partial<ViewSettings>) => void;
  readonly teams: readonly BoardTeam[];
  readonly accounts: readonly BoardAccount[];
  readonly searchField: RefObject<HTMLInputElement | null>;
  readonly onTv: () => void;
  readonly onHelp: () => void;
}

const NEXT_THEME: Readonly<Record<Theme, Theme>> = { auto: 'dark', dark: 'light', light: 'auto' };

/** The controls of the view. */
export function Toolbar({ view, change, teams, accounts, searchField, onTv, onHelp }: ToolbarProps) {
  return (
    <div class="toolbar" role="group" aria-label="View">
      <input
        ref={searchField}
        class="field field--search"
        type="search"
        placeholder="Search  /"
        aria-label="Search people"
        value={view.search}
        onInput={(event) => {
          change({ search: event.currentTarget.value });
        }}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return;
          // The browser would empty the field, but not the filter.
          event.preventDefault();
          event.currentTarget.blur();
        }}
      />
      {teams.length > 0 && <TeamSelect view={view} change={change} teams={teams} />}
      <SourceSelect view={view} change={change} accounts={accounts} />
      <button
        type="button"
        class="button"
        onClick={() => {
          change({ grouping: view.grouping === 'status' ? 'team' : 'status' });
        }}
      >
        By {view.grouping}
      </button>
      <button
        type="button"
        class="button"
        onClick={() => {
          change({ theme: NEXT_THEME[view.theme] });
        }}
      >
        Theme: {view.theme}
      </button>
      <button type="button" class="button button--tv" onClick={onTv}>
        TV
      </button>
      <button type="button" class="button" aria-label="Help" onClick={onHelp}>
        ?
      </button>
    </div>
  );
}

function TeamSelect({ view, change, teams }: Pick<ToolbarProps, 'view' | 'change' | 'teams'>) {
  return (
    <select
      class="field"
      aria-label="Team"
      value={view.team ?? ''}
      onChange={(event) => {
        change({ team: event.currentTarget.value || null });
      }}
    >
      <option value="">All teams</option>
      {teams.map(({ id, name }) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
    </select>
  );
}

function SourceSelect({ view, change, accounts }: Pick<ToolbarProps, 'view' | 'change' | 'accounts'>) {
  const vendors = [...new Set(accounts.map(({ vendor }) => vendor))];
  return (
    <select
      class="field"
      aria-label="Account or vendor"
      value={view.source ?? ''}
      onChange={(event) => {
        change({ source: event.currentTarget.value || null });
      }}
    >
      <option value="">All accounts</option>
      <optgroup label="Accounts">
        {accounts.map(({ name }) => (
          <option key={name} value={`account:${name}`}>
            {name}
          </option>
        ))}
      </optgroup>
      <optgroup label="Vendors">
        {vendors.map((vendor) => (
          <option key={vendor} value={`vendor:${vendor}`}>
            {formatVendor(vendor)}
          </option>
        ))}
      </optgroup>
    </select>
  );
}
