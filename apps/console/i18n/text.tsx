import { createContext, type ReactNode, useContext, useEffect, useState } from 'react';

import { type Preference, preference } from '../shell/preference.ts';
import { type Catalogue, type Language, languageOf } from './catalogue.ts';
import { vi } from './vi.ts';

interface Spoken {
  readonly language: Language;
  readonly text: Catalogue;
  readonly speak: (language: Language) => void;
}

const chosen: Preference<Language> = preference('language', ['vi', 'en']);
const Spoken = createContext<Spoken | null>(null);

/** The language the person chose, else what the browser asks for. */
export function startLanguage(): Language {
  return chosen.get() ?? languageOf(navigator.languages);
}

/** Vietnamese is always there; English is loaded when it is wanted. */
export async function loadCatalogue(language: Language): Promise<Catalogue> {
  return language === 'vi' ? vi : (await import('./en.ts')).en;
}

export function TextProvider(props: {
  readonly start: { readonly language: Language; readonly text: Catalogue };
  readonly children: ReactNode;
}): ReactNode {
  const [current, setCurrent] = useState(props.start);
  useEffect(() => {
    document.documentElement.lang = current.language;
  }, [current.language]);
  const speak = (language: Language): void => {
    chosen.set(language);
    void loadCatalogue(language).then((text) => setCurrent({ language, text }));
  };
  return <Spoken value={{ ...current, speak }}>{props.children}</Spoken>;
}

function useSpoken(): Spoken {
  const spoken = useContext(Spoken);
  if (spoken === null) throw new Error('useText outside TextProvider');
  return spoken;
}

/** The strings of the person's language. */
export function useText(): Catalogue {
  return useSpoken().text;
}

export function useLanguage(): Omit<Spoken, 'text'> {
  return useSpoken();
}
