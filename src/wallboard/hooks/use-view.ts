import { useCallback, useEffect, useState } from 'preact/hooks';
import { formatView, parseView, type ViewSettings } from '../model/view-settings.ts';

/** The settings of the view, and what changes some of them; both follow the address. */
export function useView(): readonly [ViewSettings, (change: Partial<ViewSettings>) => void] {
  const [view, setView] = useState(() => parseView(location.search));
  useEffect(() => {
    const read = () => {
      setView(parseView(location.search));
    };
    addEventListener('popstate', read);
    return () => {
      removeEventListener('popstate', read);
    };
  }, []);
  useEffect(() => {
    const { dataset } = document.documentElement;
    dataset.theme = view.theme;
    dataset.mode = view.tv ? 'tv' : 'page';
  }, [view.theme, view.tv]);
  const changeView = useCallback((change: Partial<ViewSettings>) => {
    setView((last) => {
      const next = { ...last, ...change };
      history.replaceState(null, '', `${location.pathname}${formatView(next)}`);
      return next;
    });
  }, []);
  return [view, changeView];
}
